using AuditRules.Events;
using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>One program run in one process: what an ordinal of the trace stands for.</summary>
internal sealed class Image
{
    internal required int Pid { get; init; }

    /// <summary>With the pid, the identity of the process through every exec; 0 when not known.</summary>
    internal ulong StartTicks { get; init; }

    /// <summary>Tells images apart; 0 for a command that left neither segment nor mark.</summary>
    internal ulong Nonce { get; init; }
    internal ulong ForkedFrom { get; init; }
    internal bool IsFork { get; init; }
    internal bool Late { get; init; }

    /// <summary>The monotonic clock when it began; a claim of the image.</summary>
    internal long BeganMono { get; init; }

    /// <summary>The pids above it, the parent's first.</summary>
    internal IReadOnlyList<int> Ancestors { get; init; } = [];

    /// <summary>Why it could make no segment (rule S41); null for an image that has one.</summary>
    internal string? Unrecorded { get; init; }

    /// <summary>Its segments that were found and not opened yet, in order.</summary>
    internal List<FoundSegment> Segments { get; } = [];

    internal int Ordinal { get; set; }

    /// <summary>The image that it came from, or null.</summary>
    internal Image? Parent { get; set; }
    internal ProcessChange Change { get; set; }

    /// <summary>An exec put another image into its process.</summary>
    internal bool IsReplaced { get; set; }
}

/// <summary>A segment that was found.</summary>
/// <param name="Name">What its name says.</param>
/// <param name="File">The file.</param>
/// <param name="Made">The monotonic clock when it was made, as it claims.</param>
/// <param name="Earliest">The monotonic clock before which no event of it can be.</param>
internal sealed record FoundSegment(SegmentName Name, SegmentFile File, long Made, long Earliest);
