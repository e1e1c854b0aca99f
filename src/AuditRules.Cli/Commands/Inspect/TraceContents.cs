using System.Collections.Frozen;
using System.Collections.Immutable;
using AuditRules.Events;
using AuditRules.Recording.Packing;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>What is in a trace, counted.</summary>
sealed class TraceContents
{
    // S43: the events that an attempt is read from. A trace made by hand must not cost memory without bound.
    static readonly FrozenSet<string> SpawnNames = FrozenSet.ToFrozenSet(
        ["subprocess.Popen", "os.posix_spawn", "os.system", "os.exec"],
        StringComparer.Ordinal
    );
    const int MostSpawns = 100_000;

    readonly Dictionary<(int Process, long Time), long> _spawns = [];
    int _explained;
    long _counted;

    public TraceMeta Meta { get; private set; } = new();

    public TraceTotals? End { get; private set; }

    public long Events { get; private set; }

    public long FirstTime { get; private set; }

    public long LastTime { get; private set; }

    public Dictionary<string, long> ByName { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, ProcessLine> Processes { get; } = [];

    public List<ProcessRecord> NotRecorded { get; } = [];

    public List<LossRecord> Losses { get; } = [];

    /// <summary>The ends of processes whose recorder is in doubt (T36).</summary>
    public List<ProcessRecord> Suspicions { get; } = [];

    public List<DamageItem> Damages { get; } = [];

    /// <summary>From when on times are counted: the first event, or what began first where there is none.</summary>
    public long Origin =>
        Events > 0 ? FirstTime : Processes.Values.Select(p => p.Began ?? 0).FirstOrDefault();

    /// <summary>The ordinal of the event that tells of a program that was perhaps not recorded; null when it is not there.</summary>
    public long? EventOf(ProcessRecord notRecorded) =>
        _spawns.TryGetValue((notRecorded.Parent, notRecorded.Time), out var ordinal) ? ordinal : null;

    /// <summary>True for a process that ran on when the recording ended (T37).</summary>
    public bool IsRunning(int process) =>
        Processes[process].Ended is null
        && Losses.Any(l => l.Process == process && l.Reason == LossReasons.StillRunning);

    public void Add(TraceItem item)
    {
        switch (item)
        {
            case MetaItem meta:
                Meta = meta.Meta;
                break;
            case EventsItem { Frame: { } frame } events:
                CountMissing(events.Summary.FirstOrdinal);
                _counted = events.Summary.FirstOrdinal + events.Summary.Count;
                Add(frame);
                break;
            case ProcessItem process:
                Add(process.Record);
                break;
            case LossItem loss:
                Losses.Add(loss.Record);
                break;
            case DamageItem damage:
                Damages.Add(damage);
                break;
            case EndItem end:
                CountMissing(end.Totals.Events);
                End = end.Totals;
                break;
        }
    }

    // A damage that does not say what it took: the next ordinal does, where there is no other such damage between.
    void CountMissing(long next)
    {
        var since = Damages[_explained..];
        _explained = Damages.Count;
        if (since.Count(d => d.Events is null) != 1)
            return;
        var missing = next - _counted - since.Sum(d => d.Events ?? 0);
        var at = Damages.FindIndex(_explained - since.Count, d => d.Events is null);
        Damages[at] = Damages[at] with { Events = Math.Max(missing, 0) };
    }

    void Add(EventFrame frame)
    {
        if (frame.Count == 0)
            return;
        FirstTime = Events == 0 ? frame.FirstTime : FirstTime;
        LastTime = frame.LastTime;
        Events += frame.Count;
        var counts = new long[frame.Shapes.Length];
        foreach (var shape in frame.ShapeColumn)
            counts[shape]++;
        var spawns = false;
        for (var i = 0; i < counts.Length; i++)
        {
            var name = frame.Shapes[i].Name;
            ByName[name] = ByName.GetValueOrDefault(name) + counts[i];
            spawns |= SpawnNames.Contains(name);
        }

        for (var row = 0; row < frame.Count; row++)
            Line(frame.GetProcess(row), frame.GetPid(row)).Events++;
        if (spawns)
            AddSpawns(frame);
    }

    void AddSpawns(EventFrame frame)
    {
        for (var row = 0; row < frame.Count && _spawns.Count < MostSpawns; row++)
        {
            if (SpawnNames.Contains(frame.GetName(row)))
                _spawns.TryAdd((frame.GetProcess(row), frame.GetTime(row)), frame.GetOrdinal(row));
        }
    }

    void Add(ProcessRecord record)
    {
        if (record.Change == ProcessChange.NotRecorded)
        {
            NotRecorded.Add(record);
            return;
        }

        var line = Line(record.Process, record.Pid);
        if (record.Change == ProcessChange.Exit)
        {
            line.Ended = record.Time;
            line.ExitCode = record.ExitCode;
            if (record.Suspicion.Length > 0)
                Suspicions.Add(record);
            return;
        }

        // A program that a process begins later does not begin the process.
        line.Began ??= record.Time;
        line.Parent = record.Parent;
        line.Command = record.Command;
    }

    ProcessLine Line(int process, int pid)
    {
        if (!Processes.TryGetValue(process, out var line))
            Processes[process] = line = new ProcessLine { Pid = pid };
        return line;
    }
}

/// <summary>What is known of one process.</summary>
sealed class ProcessLine
{
    public int Pid { get; init; }

    public int Parent { get; set; } = -1;

    public ImmutableArray<string> Command { get; set; } = [];

    public long Events { get; set; }

    /// <summary>Nanoseconds since the Unix epoch; null when it is not known.</summary>
    public long? Began { get; set; }

    /// <summary>The same of its end.</summary>
    public long? Ended { get; set; }

    public int? ExitCode { get; set; }
}
