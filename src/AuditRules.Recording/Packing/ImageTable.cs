using AuditRules.Events;

namespace AuditRules.Recording.Packing;

/// <summary>
/// The images of a recording in the order in which they began, each with its ordinal and where it came from
/// (rules S12, S13).
/// </summary>
internal sealed class ImageTable
{
    readonly Dictionary<ulong, Image> _byNonce = [];
    readonly Dictionary<int, List<Image>> _byPid = [];

    readonly List<Image> _byOrdinal = [];

    /// <summary>How many images there are.</summary>
    internal int Count => _byOrdinal.Count;

    /// <summary>How many of them left a segment or a mark.</summary>
    internal int Recorded { get; private set; }

    /// <summary>
    /// Numbers images behind those that are there, in the order in which they began, and gives them in it. A root is
    /// the recorded command, which need not have written any segment.
    /// </summary>
    internal IReadOnlyList<Image> Add(IEnumerable<Image> found, RootCommand? root)
    {
        var ordered = found.ToList();
        ordered.Sort((a, b) => (a.BeganMono, a.Pid, a.Nonce).CompareTo((b.BeganMono, b.Pid, b.Nonce)));
        if (Count == 0 && root is not null && (ordered.Count == 0 || ordered[0].Pid != root.Pid))
            ordered.Insert(0, new Image { Pid = root.Pid, BeganMono = root.BeganMono });
        foreach (var image in ordered)
            Number(image);
        return ordered;
    }

    /// <summary>Takes in an image that was numbered before, the next in the order of ordinals.</summary>
    /// <param name="image">The image.</param>
    /// <param name="parent">The ordinal of the image that it came from; -1 for none.</param>
    internal void Restore(Image image, int parent)
    {
        image.Ordinal = Count;
        image.Parent = _byOrdinal.ElementAtOrDefault(parent);
        if (image is { Change: ProcessChange.Exec, Parent: { } earlier })
            earlier.IsReplaced = true;
        Note(image);
    }

    void Number(Image image)
    {
        image.Ordinal = Count;
        Attach(image);
        Note(image);
    }

    void Note(Image image)
    {
        _byOrdinal.Add(image);
        if (image.Nonce != 0)
        {
            _byNonce[image.Nonce] = image;
            Recorded++;
        }

        if (!_byPid.TryGetValue(image.Pid, out var same))
            _byPid[image.Pid] = same = [];
        same.Add(image);
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
