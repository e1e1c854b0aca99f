namespace AuditRules.Detection.Matching;

/// <summary>A stretch of time of which the recording may not hold everything: what is absent from it is not known to be.</summary>
/// <param name="From">From when on, in nanoseconds since the Unix epoch.</param>
/// <param name="Reason">Why, as <c>the trace was not closed</c>.</param>
public sealed record RecordingGap(long From, string Reason)
{
    /// <summary>To when, inclusive; the latest time there is for no end.</summary>
    public long To { get; init; } = long.MaxValue;
}
