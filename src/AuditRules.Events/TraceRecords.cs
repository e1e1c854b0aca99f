using System.Collections.Immutable;

namespace AuditRules.Events;

/// <summary>What a trace says of its own recording: the META frame. Fields that are not known are empty or 0.</summary>
public sealed record TraceMeta
{
    /// <summary>The recorder, as <c>auditrules-native</c>, <c>auditrules-python</c> or <c>import</c>.</summary>
    public string Recorder { get; init; } = "";

    /// <summary>The recorder's version.</summary>
    public string RecorderVersion { get; init; } = "";

    /// <summary>The runtime of the first recorded process, as <c>CPython</c>.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>The runtime's version, as <c>3.11.7</c>.</summary>
    public string RuntimeVersion { get; init; } = "";

    /// <summary>Operating system and processor, as <c>linux-x64</c>.</summary>
    public string Platform { get; init; } = "";

    /// <summary>The command that was recorded, redacted.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The pid of the recorded command.</summary>
    public int Pid { get; init; }

    /// <summary>The pid of the recorder.</summary>
    public int ParentPid { get; init; }

    /// <summary>The wall clock at the start of the recording: nanoseconds since the Unix epoch.</summary>
    public long WallClock { get; init; }

    /// <summary>The monotonic clock at the same moment, in nanoseconds.</summary>
    public long MonotonicClock { get; init; }

    /// <summary>The profile, as <c>security</c> or <c>all</c>.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Globs over event names that were recorded although the profile drops them.</summary>
    public ImmutableArray<string> Include { get; init; } = [];

    /// <summary>Globs over event names that were not recorded.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Globs over event names that the profile drops.</summary>
    public ImmutableArray<string> Drop { get; init; } = [];

    /// <summary>How environments were recorded: <c>none</c>, <c>keys</c>, <c>all</c>.</summary>
    public string Environment { get; init; } = "";

    /// <summary>True when secrets were redacted.</summary>
    public bool Redacted { get; init; }

    /// <summary>True when callers were recorded.</summary>
    public bool Callers { get; init; }

    /// <summary>A random number of the run, as hexadecimal text.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The commit of the recorded program, when the caller knew it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The id of the machine's boot. The monotonic times of two traces are of one clock where it is the
    /// same; empty when it is not known.</summary>
    public string Boot { get; init; } = "";

    /// <summary>The machine's name.</summary>
    public string Host { get; init; } = "";

    /// <summary>The user who recorded: the name, or the number where there is none.</summary>
    public string User { get; init; } = "";

    /// <summary>The folder in which the recorded command was started; absolute.</summary>
    public string Directory { get; init; } = "";

    /// <summary>What the recorder cannot see beside what nothing can (docs/blind-spots.md); empty for the native hook.</summary>
    public ImmutableArray<string> Blind { get; init; } = [];

    /// <summary>How the trace was made of others, as <c>cut</c>, <c>pack</c>, <c>recover</c> or <c>import</c>; empty when it was
    /// recorded.</summary>
    public string Derived { get; init; } = "";

    /// <summary>The ids of the traces that it was made of.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>Of a recording that was written in parts, which of them it is, or begins with: from 1; 0 for a whole
    /// recording (docs/spec/trace.md, T35). The parts of one recording have one <see cref="RunId"/>.</summary>
    public int Part { get; init; }

    /// <summary>Of several parts that were packed into one trace, the last one's number; 0 for one part.</summary>
    public int LastPart { get; init; }

    /// <summary>The head of the part before (T55), as text; empty for the first, and where it is not known.</summary>
    public string Previous { get; init; } = "";
}

/// <summary>What happened to a process.</summary>
public enum ProcessChange : byte
{
    /// <summary>It was started by the recorder, or began to be recorded for a reason that is not known.</summary>
    Start = 0,

    /// <summary>It was forked from its parent.</summary>
    Fork = 1,

    /// <summary>The same pid began a new program.</summary>
    Exec = 2,

    /// <summary>It ended.</summary>
    Exit = 3,

    /// <summary>
    /// A process was about to start a program, by an event of that time, and perhaps did; none that was recorded followed.
    /// The record's process is -1, its parent that process.
    /// </summary>
    NotRecorded = 4,
}

/// <summary>One PROCESS record.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Process">The process's ordinal in the trace, from 0.</param>
/// <param name="Parent">The parent's ordinal, or -1.</param>
/// <param name="Pid">The operating system's process id.</param>
/// <param name="Time">Nanoseconds since the Unix epoch.</param>
/// <param name="Command">The command line, redacted; empty when it is not known or did not change.</param>
/// <param name="ExitCode">The exit status of an exit (128 + n for a signal); null when it is not known.</param>
public sealed record ProcessRecord(
    ProcessChange Change,
    int Process,
    int Parent,
    int Pid,
    long Time,
    ImmutableArray<string> Command,
    int? ExitCode
)
{
    /// <summary>
    /// The <see cref="Suspicion"/> of a process that ended in good order although its recorder did not see the
    /// interpreter end.
    /// </summary>
    public const string EndNotSeen = "end-not-seen";

    /// <summary>
    /// Of an exit: why what was recorded of the process is in doubt (docs/spec/trace.md, T36); empty for no reason.
    /// </summary>
    public string Suspicion { get; init; } = "";

    /// <summary>
    /// From when on events may be missing, in nanoseconds since the Unix epoch; 0 when it is not known.
    /// </summary>
    public long SuspectFrom { get; init; }

    /// <summary>
    /// What makes it likely that a program was not recorded, as <c>environment</c> (docs/spec/trace.md, T36); none for
    /// another change.
    /// </summary>
    public ImmutableArray<string> Facts { get; init; } = [];
}

/// <summary>One LOSS record: events that were raised and are not in the trace.</summary>
/// <param name="Process">The process that lost them, or -1.</param>
/// <param name="Reason">Why: <c>disk-full</c>, <c>file-limit</c>, <c>oversize</c>, <c>damaged</c>, ...</param>
/// <param name="Count">How many; 0 when it is not known.</param>
/// <param name="From">The earliest time, in nanoseconds since the Unix epoch; 0 when it is not known.</param>
/// <param name="To">The latest time; 0 when it is not known.</param>
/// <param name="Events">Counts by event name, where they are known.</param>
public sealed record LossRecord(
    int Process,
    string Reason,
    long Count,
    long From,
    long To,
    ImmutableArray<KeyValuePair<string, long>> Events
)
{
    /// <summary>How many of them have a name in <see cref="Events"/>; bounded as <see cref="CountOf"/> is.</summary>
    public long Named => Events.IsDefault ? 0 : Total(Events.Select(e => e.Value));

    /// <summary>How many events losses count together: at most <see cref="long.MaxValue"/>, whatever a trace claims, and
    /// nothing for a count below 0.</summary>
    public static long CountOf(IEnumerable<LossRecord> losses) => Total(losses.Select(l => l.Count));

    static long Total(IEnumerable<long> counts)
    {
        var total = 0L;
        foreach (var count in counts)
            total += Math.Min(Math.Max(0, count), long.MaxValue - total);
        return total;
    }
}

/// <summary>The END frame: the totals of a trace that was closed.</summary>
/// <param name="Events">Events in the trace.</param>
/// <param name="Processes">Processes in the trace.</param>
/// <param name="Raised">Events raised in all recorded processes, where the recorder counts them; else -1.</param>
/// <param name="Filtered">Events left out by the filters; else -1.</param>
/// <param name="Lost">Events lost.</param>
public sealed record TraceTotals(long Events, int Processes, long Raised, long Filtered, long Lost)
{
    /// <summary>The recording goes on in another part (docs/spec/trace.md, T38).</summary>
    public bool Continues { get; init; }
}
