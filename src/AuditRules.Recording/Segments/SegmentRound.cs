using System.Runtime.InteropServices;

namespace AuditRules.Recording.Segments;

/// <summary>One look at the segments of a recording.</summary>
/// <param name="IsLive">Their processes may go on: what is not whole yet is waited for.</param>
/// <param name="Mono">The monotonic clock before the folder was listed; without meaning where nothing is live.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentRound(bool IsLive, long Mono)
{
    /// <summary>The only look, or the last: what is there is all.</summary>
    internal static readonly SegmentRound Last = new(false, long.MaxValue);
}
