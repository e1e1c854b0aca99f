using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>The images that the files of a recording tell of, in no order.</summary>
internal sealed class FoundImages
{
    readonly Dictionary<ulong, Image> _images = [];
    readonly List<string> _refused = [];

    internal IReadOnlyCollection<Image> Images => _images.Values;

    /// <summary>Files with a segment's name that are none: the name and why.</summary>
    internal IReadOnlyList<string> Refused => _refused;

    /// <summary>What the first image to begin says of itself; null when there is no segment.</summary>
    internal (SegmentHeader Header, StartMap Map)? First { get; private set; }

    /// <summary>Reads the headers of all segments.</summary>
    internal static FoundImages Read(IEnumerable<SegmentFile> files)
    {
        var found = new FoundImages();
        foreach (var file in files)
        {
            if (SegmentName.TryParse(file.Name, out var name))
                found.Add(file, name);
        }

        return found;
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
            _images[mark.Nonce] = new Image
            {
                Pid = mark.Pid,
                Nonce = mark.Nonce,
                BeganMono = Math.Max(clock.ToMono(file.MadeWall), earliest),
                Unrecorded = LostMark.ReasonOf(file),
            };
        }
    }

    void Add(SegmentFile file, in SegmentName name)
    {
        var (header, bytes) = ReadHeader(file, name);
        if (header is null)
            return;
        if (!_images.TryGetValue(header.Nonce, out var image))
        {
            var map = StartMap.Read(SegmentHeader.StartMapOf(bytes));
            _images[header.Nonce] = image = Create(header, map);
            if (First is null || header.BeganMono < First.Value.Header.BeganMono)
                First = (header, map);
        }

        // A nonce belongs to one process.
        if (image.Pid == header.Pid)
            image.Segments.Add((name, file));
        else
            _refused.Add($"{file.Name}: its nonce is another process's");
    }

    (SegmentHeader? Header, byte[] Bytes) ReadHeader(SegmentFile file, in SegmentName name)
    {
        try
        {
            var bytes = SegmentBytes.ReadHeader(file);
            if (SegmentHeader.IsUnfinished(bytes))
                return (null, bytes);
            var header = SegmentHeader.Read(bytes, name, out var problem);
            if (problem is not null)
                _refused.Add($"{file.Name}: {problem}");
            return (header, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _refused.Add($"{file.Name}: it cannot be read: {e.Message}");
            return (null, []);
        }
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
