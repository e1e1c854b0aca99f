using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Events;
using AuditRules.Events.Diagnostics;

namespace AuditRules.Reporting.Reports;

/// <summary>Damage in a trace: what could not be read, and where.</summary>
/// <param name="Kind">The kind of damage, as the reader names it.</param>
/// <param name="Offset">Where in the file, in bytes from its beginning.</param>
/// <param name="Message">What is wrong there, in a sentence.</param>
public sealed record ReportedDamage(string Kind, long Offset, string Message)
{
    /// <summary>Events that are missing with it; null where that is not known.</summary>
    public long? Events { get; init; }
}

/// <summary>What a replay says of one trace.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Detection">What the rules found in it.</param>
public sealed record TraceReport(TraceReference Trace, DetectionResult Detection)
{
    /// <summary>The losses that the trace tells of.</summary>
    public ImmutableArray<LossRecord> Losses { get; init; } = [];

    /// <summary>The ends of processes whose recorder is in doubt (docs/spec/trace.md, T36).</summary>
    public ImmutableArray<ProcessRecord> Suspicions { get; init; } = [];

    /// <summary>Programs that were perhaps not recorded (docs/spec/segment.md, S43).</summary>
    public ImmutableArray<ProcessRecord> NotRecorded { get; init; } = [];

    /// <summary>What could not be read.</summary>
    public ImmutableArray<ReportedDamage> Damages { get; init; } = [];

    /// <summary>What shows that the trace is not what was written; null for nothing.</summary>
    public ReportedDamage? Tampering { get; init; }

    /// <summary>False when the trace has no end: it is still being written, or it was cut.</summary>
    public bool Closed { get; init; } = true;

    /// <summary>Command lines by process ordinal, as far as they are known.</summary>
    public IReadOnlyDictionary<int, string> Commands { get; init; } = new Dictionary<int, string>();
}

/// <summary>How long a replay took, in milliseconds.</summary>
/// <param name="Compile">From the rule files to rules.</param>
/// <param name="Replay">From the first byte of the first trace to the last finding.</param>
public sealed record ReplayTimings(long Compile, long Replay);

/// <summary>What a replay says, over all traces.</summary>
/// <param name="Traces">One report a trace, in the order in which they were named.</param>
public sealed record ReplayReport(ImmutableArray<TraceReport> Traces)
{
    /// <summary>
    /// What is said of rule files that were left out (docs/cli.md, C110): nobody knows what their rules would have found.
    /// </summary>
    public ImmutableArray<Diagnostic> LeftOut { get; init; } = [];

    /// <summary>Durations; null when they were not asked for, so that reports can be compared.</summary>
    public ReplayTimings? Timings { get; init; }

    /// <summary>The totals over all traces.</summary>
    public ReportTotals Totals => ReportTotals.Of(this);
}
