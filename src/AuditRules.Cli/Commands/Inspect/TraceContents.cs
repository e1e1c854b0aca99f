using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>What is in a trace, counted.</summary>
sealed class TraceContents
{
    public TraceMeta Meta { get; private set; } = new();

    public TraceTotals? End { get; private set; }

    public long Events { get; private set; }

    public long FirstTime { get; private set; }

    public long LastTime { get; private set; }

    public Dictionary<string, long> ByName { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, ProcessLine> Processes { get; } = [];

    public List<ProcessRecord> NotRecorded { get; } = [];

    public List<LossRecord> Losses { get; } = [];

    public List<DamageItem> Damages { get; } = [];

    public void Add(TraceItem item)
    {
        switch (item)
        {
            case MetaItem meta:
                Meta = meta.Meta;
                break;
            case EventsItem { Frame: { } frame }:
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
                End = end.Totals;
                break;
        }
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
        for (var i = 0; i < counts.Length; i++)
            ByName[frame.Shapes[i].Name] = ByName.GetValueOrDefault(frame.Shapes[i].Name) + counts[i];
        for (var row = 0; row < frame.Count; row++)
            Line(frame.GetProcess(row), frame.GetPid(row)).Events++;
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
            line.ExitCode = record.ExitCode;
            return;
        }

        line.Change = record.Change;
        line.Parent = record.Parent;
        line.Command = string.Join(' ', record.Command);
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

    public ProcessChange Change { get; set; }

    public string Command { get; set; } = "";

    public long Events { get; set; }

    public int? ExitCode { get; set; }
}
