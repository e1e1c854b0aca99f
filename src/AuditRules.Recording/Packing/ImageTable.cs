using AuditRules.Events;
using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>
/// The images of a recording in the order in which they began, each with its ordinal and where it came from
/// (rules S12, S13).
/// </summary>
internal sealed class ImageTable
{
    readonly Dictionary<ulong, Image> _byNonce = [];
    readonly Dictionary<int, List<Image>> _byPid = [];

    ImageTable(List<Image> images, IReadOnlyList<string> refused)
    {
        Images = images;
        Refused = refused;
    }

    /// <summary>By ordinal.</summary>
    internal IReadOnlyList<Image> Images { get; }

    /// <summary>Files with a segment's name that are none: the name and why.</summary>
    internal IReadOnlyList<string> Refused { get; }

    /// <summary>What the first image to begin says of itself; null when there is no image.</summary>
    internal (SegmentHeader Header, StartMap Map)? First { get; private init; }

    /// <summary>
    /// Reads the headers of all segments. A root is the recorded command, which need not have written any.
    /// </summary>
    internal static ImageTable Read(IEnumerable<SegmentFile> segments, RootCommand? root)
    {
        var images = new Dictionary<ulong, Image>();
        var refused = new List<string>();
        (SegmentHeader Header, StartMap Map)? first = null;
        foreach (var file in segments)
        {
            if (!SegmentName.TryParse(file.Name, out var name))
                continue;
            var (header, bytes) = ReadHeader(file, name, refused);
            if (header is null)
                continue;
            if (!images.TryGetValue(header.Nonce, out var image))
            {
                var map = StartMap.Read(SegmentHeader.StartMapOf(bytes));
                images[header.Nonce] = image = Create(header, map);
                if (first is null || header.BeganMono < first.Value.Header.BeganMono)
                    first = (header, map);
            }

            // A nonce belongs to one process.
            if (image.Pid == header.Pid)
                image.Segments.Add((name, file));
            else
                refused.Add($"{file.Name}: its nonce is another process's");
        }

        var ordered = images.Values.ToList();
        ordered.Sort((a, b) => (a.BeganMono, a.Pid, a.Nonce).CompareTo((b.BeganMono, b.Pid, b.Nonce)));
        if (root is not null && (ordered.Count == 0 || ordered[0].Pid != root.Pid))
            ordered.Insert(0, new Image { Pid = root.Pid, BeganMono = root.BeganMono });
        var table = new ImageTable(ordered, refused) { First = first };
        table.Number();
        return table;
    }

    static (SegmentHeader? Header, byte[] Bytes) ReadHeader(
        SegmentFile file,
        in SegmentName name,
        List<string> refused
    )
    {
        try
        {
            var bytes = SegmentBytes.ReadHeader(file);
            if (SegmentHeader.IsUnfinished(bytes))
                return (null, bytes);
            var header = SegmentHeader.Read(bytes, name, out var problem);
            if (problem is not null)
                refused.Add($"{file.Name}: {problem}");
            return (header, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refused.Add($"{file.Name}: it cannot be read: {e.Message}");
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

    void Number()
    {
        for (var i = 0; i < Images.Count; i++)
        {
            var image = Images[i];
            image.Ordinal = i;
            image.Segments.Sort((a, b) => a.Name.Sequence.CompareTo(b.Name.Sequence));
            Attach(image);
            if (image.Nonce != 0)
                _byNonce[image.Nonce] = image;
            if (!_byPid.TryGetValue(image.Pid, out var same))
                _byPid[image.Pid] = same = [];
            same.Add(image);
        }
    }

    // Only images that began earlier are in the tables yet, so that no two can be each other's parents.
    void Attach(Image image)
    {
        if (!image.IsFork && EarlierOf(image) is { } earlier)
        {
            image.Change = ProcessChange.Exec;
            image.Parent = earlier;
            earlier.IsReplaced = true;
            return;
        }

        image.Change = image.IsFork ? ProcessChange.Fork : ProcessChange.Start;
        if (image.ForkedFrom != 0 && _byNonce.TryGetValue(image.ForkedFrom, out var forker))
        {
            image.Parent = forker;
            return;
        }

        foreach (var pid in image.Ancestors)
        {
            // A pid is reused: the latest that had it.
            if (pid != image.Pid && _byPid.TryGetValue(pid, out var candidates))
            {
                image.Parent = candidates[^1];
                return;
            }
        }
    }

    // The image that the same process had before; of the recorded command without segments the pid alone is known.
    Image? EarlierOf(Image image) =>
        _byPid.TryGetValue(image.Pid, out var same)
        && (
            (image.StartTicks != 0 && same[^1].StartTicks == image.StartTicks)
            || (same[^1].Nonce == 0 && same.Count == 1)
        )
            ? same[^1]
            : null;
}
