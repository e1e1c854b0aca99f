using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Replay;

/// <summary>What a replay of one trace gave.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Meta">What the trace says of its recording; null when that frame is damaged.</param>
/// <param name="Detection">Findings and outcomes.</param>
/// <param name="Processes">The PROCESS records in the order of the file.</param>
/// <param name="Losses">The losses that the trace tells of.</param>
/// <param name="Damages">What of the file could not be read.</param>
/// <param name="Totals">The totals of the END frame; null for a trace that was not closed.</param>
public sealed record ReplayResult(
    TraceReference Trace,
    TraceMeta? Meta,
    DetectionResult Detection,
    ImmutableArray<ProcessRecord> Processes,
    ImmutableArray<LossRecord> Losses,
    ImmutableArray<DamageItem> Damages,
    TraceTotals? Totals
)
{
    /// <summary>False for a trace without an END frame: more may have happened than it contains.</summary>
    public bool Closed => Totals is not null;

    /// <summary>The first that shows that the trace is not what was written (trace.md, T56); null for nothing. A rule that
    /// found nothing in it is unknown, not clean.</summary>
    public TraceProblem? Tampering { get; init; }
}
