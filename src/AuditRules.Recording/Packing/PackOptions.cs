using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>The command that a session ran; the trace's first process.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Command">The command line.</param>
/// <param name="BeganMono">The monotonic clock when it was started, in nanoseconds.</param>
public sealed record RootCommand(int Pid, IReadOnlyList<string> Command, long BeganMono);

/// <summary>How a process ended, as far as the packer's caller can know.</summary>
/// <param name="HasEnded">False when it still runs.</param>
/// <param name="ExitCode">128 + n for signal n; null when only its parent, or its segments, know it.</param>
/// <param name="Mono">
/// The monotonic clock at the end, or when it was seen to run, in nanoseconds; 0 when not known.
/// </param>
public sealed record ProcessEnd(bool HasEnded, int? ExitCode, long Mono);

/// <summary>What a packer is told beside the segments.</summary>
public sealed record PackOptions
{
    /// <summary>The recorded command; null when segments were found without a session.</summary>
    public RootCommand? Root { get; init; }

    /// <summary>
    /// How the process of that pid and start (clock ticks since boot, 0 when not known) ended; null when it cannot
    /// be known, as on another machine.
    /// </summary>
    public Func<int, ulong, ProcessEnd?> EndOf { get; init; } = static (_, _) => null;

    /// <summary>
    /// Processes of the recorded program that still run and wrote no segment: for each the monotonic clock when it was
    /// seen, in nanoseconds. Asked for when all segments are read.
    /// </summary>
    public Func<IEnumerable<long>> OthersRun { get; init; } = static () => [];

    /// <summary>The largest segment that is read, in bytes; what is behind it counts as damaged.</summary>
    public int MaxSegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most bytes that the trace may have, at least <see cref="LeastMaxSize"/>; null for any number. Events for which
    /// there is no room are a loss; records of processes are written all the same.
    /// </summary>
    public long? MaxSize { get; init; }

    /// <summary>When the trace goes on in another part; null for one trace. <see cref="MaxSize"/> is that of all parts.</summary>
    internal PartLimits? Parts { get; init; }

    /// <summary>The least that <see cref="MaxSize"/> can be.</summary>
    public const long LeastMaxSize = 1024 * 1024;

    /// <summary>
    /// Fills in what segments do not say. The packer gives it what they do: recorder, runtime, platform, filters,
    /// and the clocks of the earliest image.
    /// </summary>
    public Func<TraceMeta, TraceMeta> Describe { get; init; } = static meta => meta;

    /// <summary>How the trace is written.</summary>
    public TraceWriterOptions Writing { get; init; } = new();
}

/// <summary>What was packed.</summary>
/// <param name="Totals">The totals, as END holds them.</param>
/// <param name="RecordedProcesses">
/// Processes that wrote segments, or left a mark that they could not; the totals count the command itself too.
/// </param>
/// <param name="Losses">The losses, as LOSS holds them.</param>
/// <param name="Refused">Files that have a segment's name and are none, with the reason, one line each.</param>
public sealed record PackResult(
    TraceTotals Totals,
    int RecordedProcesses,
    IReadOnlyList<LossRecord> Losses,
    IReadOnlyList<string> Refused
)
{
    /// <summary>The head of the trace (docs/spec/trace.md, T55); null when it has no CHECKPOINT.</summary>
    public TraceHead? Head { get; init; }

    /// <summary>The ends of processes whose hook may have been switched off (docs/spec/segment.md, S71).</summary>
    public IReadOnlyList<ProcessRecord> Suspicions { get; init; } = [];

    /// <summary>Programs that were perhaps not recorded (docs/spec/segment.md, S43).</summary>
    public IReadOnlyList<ProcessRecord> NotRecorded { get; init; } = [];

    /// <summary>Processes that were still running: what they raised since is not in the trace.</summary>
    public int StillRunning => Losses.Count(loss => loss.Reason == LossReasons.StillRunning);
}
