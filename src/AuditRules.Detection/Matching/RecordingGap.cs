namespace AuditRules.Detection.Matching;

/// <summary>From a time on the recording may not hold everything: what is absent from there on is not known to be.</summary>
/// <param name="From">From when on, in nanoseconds since the Unix epoch.</param>
/// <param name="Reason">Why, as <c>the trace was not closed</c>.</param>
public sealed record RecordingGap(long From, string Reason);
