using System.Collections.Immutable;

namespace AuditRules.Traces;

/// <summary>What is known of a DATA frame without inflating a column.</summary>
/// <param name="Sequence">The frame's sequence number, from 0 for META.</param>
/// <param name="FirstOrdinal">The ordinal of the frame's first event; the others follow by one.</param>
/// <param name="Count">How many events there are.</param>
/// <param name="FirstTime">The time of the first event: nanoseconds since the Unix epoch.</param>
/// <param name="LastTime">The time of the last event.</param>
/// <param name="Names">The distinct names of the events, by their UTF-8 bytes; every event has one of them.</param>
/// <param name="StoredLength">Bytes in the file.</param>
/// <param name="RawLength">Bytes before compression.</param>
public sealed record FrameSummary(
    long Sequence,
    long FirstOrdinal,
    int Count,
    long FirstTime,
    long LastTime,
    ImmutableArray<string> Names,
    long StoredLength,
    long RawLength
)
{
    /// <summary>What was added to the monotonic clock to give the times, in nanoseconds (T15).</summary>
    public long ClockOffset { get; init; }
}
