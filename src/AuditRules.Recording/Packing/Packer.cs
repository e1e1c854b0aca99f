using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>
/// Makes one trace of the segments of all processes of a recording. Nothing in a segment is trusted: what breaks the
/// format becomes a loss of reason <c>damaged</c>, and no content of a segment makes the packer throw.
/// </summary>
public static class Packer
{
    /// <summary>
    /// Packs segments into a stream, ordered by time, then process, then the order within the process. Memory is
    /// bounded by two segments of each image that runs at one time, or by 16 where a thread of it was slow.
    /// </summary>
    /// <exception cref="IOException">The trace cannot be written.</exception>
    public static PackResult Pack(IEnumerable<SegmentFile> segments, Stream trace, PackOptions options)
    {
        using var run = new PackRun(trace, options);
        return run.Complete([.. segments]);
    }

    /// <summary>
    /// Packs the segments of a folder, behind what a session that was killed had packed already (rule S53).
    /// </summary>
    /// <exception cref="IOException">The folder cannot be read, or the trace cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static PackResult Pack(string folder, Stream trace, PackOptions options)
    {
        // First listed: what a session that still runs removes meanwhile is in the part by then.
        var files = SegmentFile.In(folder);
        using var part = PackedPart.Open(folder);
        using var run = new PackRun(trace, options);
        if (part is not null)
            run.Resume(part, files);
        return run.Complete(files);
    }

    /// <summary>True when a folder holds what a session packed while its program ran.</summary>
    public static bool HasPart(string folder) => PackJournal.IsIn(folder);

    /// <summary>The paths of what a session packed while its program ran; empty where it packed nothing.</summary>
    /// <exception cref="IOException">One of them cannot be read, or is a link, a pipe or a device.</exception>
    /// <exception cref="UnauthorizedAccessException">One of them may not be read.</exception>
    public static IReadOnlyList<string> FilesOfPart(string folder)
    {
        string[] paths =
        [
            .. new[]
            {
                PackJournal.PathOf(folder),
                PackJournal.TraceOf(folder, PackJournal.Read(folder)?.Part),
            }.Where(File.Exists),
        ];
        foreach (var path in paths)
            SegmentFile.OpenRegular(path).Dispose();
        return paths;
    }
}
