using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What a recording may lack.</summary>
/// <param name="Losses">The losses that the trace tells of.</param>
/// <param name="Gaps">When the recording may not hold everything.</param>
public sealed record MissingEvents(
    IReadOnlyCollection<LossRecord> Losses,
    IReadOnlyCollection<RecordingGap> Gaps
);
