using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>The images that the files of a recording tell of, in no order.</summary>
internal sealed class FoundImages
{
    readonly Dictionary<ulong, Image> _images = [];
    readonly Dictionary<ulong, StreamState> _packed = [];
    readonly List<Image> _new = [];
    readonly List<string> _refused = [];
    bool _isLive;
    readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Files with a segment's name that are none: the name and why.</summary>
    internal IReadOnlyList<string> Refused => _refused;

    /// <summary>What the first image to begin says of itself; null when there is no segment.</summary>
    internal (SegmentHeader Header, StartMap Map)? First { get; private set; }

    /// <summary>Reads the headers of segments that were not found before.</summary>
    /// <param name="files">All files.</param>
    /// <param name="earliest">The monotonic clock before which no event of a new segment can be.</param>
    /// <param name="isLive">What is no segment may become one: its writer may be at work.</param>
    internal void Add(IEnumerable<SegmentFile> files, long earliest, bool isLive)
    {
        _isLive = isLive;
        var changed = new HashSet<Image>();
        foreach (var file in files)
        {
            if (
                !_taken.Contains(file.Name)
                && SegmentName.TryParse(file.Name, out var name)
                && !IsPacked(name)
            )
                Add(file, name, earliest, changed);
        }

        foreach (var image in changed)
            image.Segments.Sort((a, b) => a.Name.Sequence.CompareTo(b.Name.Sequence));
    }

    /// <summary>
    /// Adds the images that left only a mark (rule S41). Needs the clock of the trace, and the earliest time on its
    /// monotonic side: a mark's own is coarse.
    /// </summary>
    internal void AddMarks(IEnumerable<SegmentFile> files, TraceClock clock, long earliest)
    {
        foreach (var file in files)
        {
            if (!LostMark.TryParse(file.Name, out var mark) || _images.ContainsKey(mark.Nonce))
                continue;
            Add(
                new Image
                {
                    Pid = mark.Pid,
                    Nonce = mark.Nonce,
                    BeganMono = Math.Max(clock.ToMono(file.MadeWall), earliest),
                    Unrecorded = LostMark.ReasonOf(file),
                }
            );
        }
    }

    /// <summary>The images that were found since this was last asked for.</summary>
    internal IReadOnlyList<Image> TakeNew()
    {
        Image[] found = [.. _new];
        _new.Clear();
        return found;
    }

    /// <summary>Knows an image that was found by another packer.</summary>
    internal void Restore(Image image, StreamState state)
    {
        if (image.Nonce == 0)
            return;
        _images[image.Nonce] = image;
        _packed[image.Nonce] = state;
    }

    // It may be gone by now.
    bool IsPacked(in SegmentName name) =>
        _packed.TryGetValue(name.Nonce, out var state)
        && name.Sequence < state.Sequence
        && !state.Taken.ContainsKey(name.Sequence);

    void Add(Image image)
    {
        _images[image.Nonce] = image;
        _new.Add(image);
    }

    void Add(SegmentFile file, in SegmentName name, long earliest, HashSet<Image> changed)
    {
        var (header, bytes) = ReadHeader(file, name);
        if (header is null)
            return;
        var map = StartMap.Read(SegmentHeader.StartMapOf(bytes));
        if (First is null || header.BeganMono < First.Value.Header.BeganMono)
            First = (header, map);
        if (!_images.TryGetValue(header.Nonce, out var image))
        {
            image = Create(header, map);
            Add(image);
        }

        // A nonce belongs to one process.
        if (image.Pid == header.Pid)
        {
            _taken.Add(file.Name);
            image.Segments.Add(
                new FoundSegment(name, file, header.MadeMono, Math.Max(earliest, header.MadeMono))
            );
            changed.Add(image);
        }
        else
        {
            Refuse(file, "its nonce is another process's");
        }
    }

    (SegmentHeader? Header, byte[] Bytes) ReadHeader(SegmentFile file, in SegmentName name)
    {
        try
        {
            using var stream = file.Open();
            var bytes = SegmentBytes.ReadHeader(stream);
            if (SegmentHeader.IsUnfinished(bytes))
                return (null, bytes);
            var header = SegmentHeader.Read(bytes, name, out var problem);
            if (problem is not null)
                Refuse(file, problem);
            return (header, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse(file, $"it cannot be read: {e.Message}");
            return (null, []);
        }
    }

    void Refuse(SegmentFile file, string problem)
    {
        if (_isLive)
            return;
        _taken.Add(file.Name);
        _refused.Add($"{file.Name}: {problem}");
    }

    static Image Create(SegmentHeader header, StartMap map) =>
        new()
        {
            Pid = header.Pid,
            StartTicks = header.StartTicks,
            Nonce = header.Nonce,
            ForkedFrom = header.ForkedFrom,
            IsFork = header.IsFork,
            Late = header.Late,
            BeganMono = header.BeganMono,
            Ancestors = map.Ancestors.IsEmpty ? [header.ParentPid] : [.. map.Ancestors],
        };
}
