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
}
