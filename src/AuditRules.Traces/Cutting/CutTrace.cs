namespace AuditRules.Traces;

/// <summary>What a cut gave.</summary>
/// <param name="Events">Events that are in the new trace.</param>
/// <param name="Left">Events that were left out.</param>
/// <param name="Problem">Why the new trace is no good: the old one is damaged there, or not closed; null for a good one.</param>
/// <param name="Tampering">That the old one is not what was written (T56), so that the new one is no good; null for a good
/// one.</param>
public sealed record CutTrace(long Events, long Left, DamageItem? Problem, TraceProblem? Tampering = null)
{
    /// <summary>The new trace's head (T55); null where there is a problem.</summary>
    public TraceHead? Head { get; init; }
}
