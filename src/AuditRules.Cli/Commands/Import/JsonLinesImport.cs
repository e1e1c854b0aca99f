using AuditRules.Cli.Exit;
using AuditRules.Events;
using AuditRules.Events.Json;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Import;

/// <summary>What was imported.</summary>
/// <param name="Events">Events in the trace.</param>
/// <param name="Late">Events that came too late to be among them.</param>
/// <param name="Missing">Which lines are not there.</param>
/// <param name="Head">The trace's head; null where it has none.</param>
sealed record Imported(long Events, long Late, MissingLines Missing, TraceHead? Head);

/// <summary>Makes a trace of JSON lines (docs/spec/event-json.md), one line at a time.</summary>
sealed class JsonLinesImport(string source)
{
    readonly Dictionary<int, int> _processes = [];
    readonly MissingLines _missing = new();
    TraceWriter? _writer;
    long _line;
    bool _isExport;
    Place _last;
    (long Time, int Process) _lastEvent = (long.MinValue, int.MinValue);
    bool _ended;
    int _nextProcess;
    int _known;

    public Imported Run(Stream input, Stream output)
    {
        using var lines = new ByteLines(input);
        while (lines.TryRead(out var line))
        {
            _line++;
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            Add(EventJson.Read(line), output);
        }

        var writer = Writer(output, new TraceMeta { Recorder = "import" });
        // Other programs' lines have no end of their own; an export without one was of a trace without one.
        if (!_isExport && !_ended)
            End(writer, new TraceTotals(0, _known, -1, -1, 0));
        else if (!_ended && _missing.Loss is { } loss)
            writer.Add(loss);
        var late = writer.Lost;
        writer.Dispose();
        return new Imported(writer.Events, late, _missing, writer.Head);
    }

    void Add(JsonLine line, Stream output)
    {
        if (_ended)
            throw Wrong(1, "there is a line behind the end record");
        if (line is JsonError error)
            throw Wrong(error.Column, error.Message);
        if (line is JsonMeta meta)
        {
            if (_writer is not null)
                throw Wrong(1, "the meta record must be the first line");
            _isExport = true;
            _missing.Begin();
        }

        try
        {
            Add(
                line,
                Writer(output, line is JsonMeta first ? Derive(first) : new TraceMeta { Recorder = "import" })
            );
        }
        catch (ArgumentException e)
        {
            throw Wrong(1, e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    void Add(JsonLine line, TraceWriter writer)
    {
        if (_isExport && line is not JsonMeta)
            KeepOrder(line, writer);
        switch (line)
        {
            case JsonEvent read:
                _missing.Pass(read.Event, read.HasOrdinal, _line);
                writer.Add((read.HasProcess ? read.Event : WithProcess(read.Event, writer)).View);
                break;
            case JsonProcess process:
                _processes[process.Record.Pid] = process.Record.Process;
                _nextProcess = Math.Max(_nextProcess, process.Record.Process + 1);
                _known++;
                writer.Add(process.Record);
                break;
            case JsonLoss loss:
                _missing.Tell(loss.Record);
                writer.Add(loss.Record);
                break;
            case JsonEnd end:
                _missing.End(end.Totals, _line);
                End(writer, end.Totals);
                break;
        }
    }

    void End(TraceWriter writer, TraceTotals totals)
    {
        if (_missing.Loss is { } loss)
            writer.Add(loss);
        writer.Complete(totals);
        _ended = true;
    }

    // Lines can be edited: what is made of them is not what was recorded.
    static TraceMeta Derive(JsonMeta line) =>
        line.Meta with
        {
            Derived = "import",
            Sources = line.TraceId.Length > 0 ? [line.TraceId] : line.Meta.Sources,
        };

    // A writer puts records in front of the events that it has in memory, and orders these: the lines of an export stay
    // in their order only where its frames end where they ended before.
    void KeepOrder(JsonLine line, TraceWriter writer)
    {
        var place =
            line is JsonProcess ? Place.Process
            : line is JsonLoss ? Place.Loss
            : Place.Event;
        if (place < _last)
            writer.Flush();
        _last = place;
        if (line is not JsonEvent { HasOrdinal: true, Event: var audited })
            return;
        if (audited.Time == _lastEvent.Time && audited.Process < _lastEvent.Process)
            writer.Flush();
        _lastEvent = (audited.Time, audited.Process);
    }

    // Without a process of its own a line's pid tells processes apart: each gets the next ordinal.
    AuditEvent WithProcess(AuditEvent audited, TraceWriter writer)
    {
        if (!_processes.TryGetValue(audited.Pid, out var process))
        {
            process = _processes[audited.Pid] = _nextProcess++;
            _known++;
            writer.Add(
                new ProcessRecord(ProcessChange.Start, process, -1, audited.Pid, audited.Time, [], null)
            );
        }

        return audited.With(process: process);
    }

    TraceWriter Writer(Stream output, TraceMeta meta) =>
        _writer ??= new TraceWriter(output, meta, new TraceWriterOptions { LeaveOpen = true });

    CommandFailure Wrong(int column, string message) =>
        new(
            ExitCode.NotATrace,
            FormattableString.Invariant($"{source}({_line},{column}): {message}"),
            "Correct the line; docs/spec/event-json.md says what one holds. No trace was written."
        );

    /// <summary>In which order a writer writes what it has in memory.</summary>
    enum Place
    {
        Process,
        Loss,
        Event,
    }
}
