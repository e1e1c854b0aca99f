using System.Buffers;
using System.Globalization;
using AuditRules.Cli.Hosting;
using AuditRules.Events;
using AuditRules.Events.Json;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Text;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>Writes what is in a trace, one a line.</summary>
interface IEventLines : IDisposable
{
    void Write(EventView audited);

    /// <summary>Writes a record.</summary>
    /// <param name="record">META, PROCESS, LOSS or END.</param>
    /// <param name="traceId">The id of the trace that it is of.</param>
    void Write(TraceItem record, string traceId);
}

/// <summary>Lines for people: ordinal, time, pid and thread, event, caller. Records are in the summary, not here.</summary>
sealed class TextEventLines(CommandContext context) : IEventLines
{
    readonly TextWriter _writer = context.Out.Writer;

    // What is read by a program, or by a pager, is wanted whole (C6).
    readonly ValueLimits _limits = context.Out.Options.Width > 0 ? ValueLimits.Usual : ValueLimits.None;

    public void Write(EventView audited)
    {
        // Not through the screen: an event is one line, however long, so that lines can be counted and cut.
        _writer.Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{audited.Ordinal, 8}  {TimeText.Moment(audited.Time)}  {Process(audited), 7}  "
            )
        );
        _writer.Write(EventText.Of(audited, withNone: true, _limits));
        if (EventText.Of(audited.Caller, _limits) is { Length: > 0 } caller)
            _writer.Write($"  ({caller})");
        _writer.Write('\n');
    }

    public void Write(TraceItem record, string traceId) { }

    public void Dispose() { }

    // The first thread of a process has its pid.
    static string Process(EventView audited) =>
        audited.Thread == audited.Pid
            ? string.Create(CultureInfo.InvariantCulture, $"{audited.Pid}")
            : string.Create(CultureInfo.InvariantCulture, $"{audited.Pid}/{audited.Thread}");
}

/// <summary>MessagePack maps, one behind the other (docs/cli.md, C58).</summary>
sealed class MessagePackEvents(CommandContext context) : IEventLines
{
    readonly Stream _output = context.OutStream();
    readonly ArrayBufferWriter<byte> _buffer = new();

    public void Write(EventView audited)
    {
        _buffer.ResetWrittenCount();
        EventMap.Write(_buffer, audited);
        _output.Write(_buffer.WrittenSpan);
    }

    public void Write(TraceItem record, string traceId) { }

    public void Dispose() { }
}

/// <summary>JSON lines, from which the trace can be made again.</summary>
sealed class JsonEventLines(CommandContext context) : IEventLines
{
    readonly JsonLines _lines = new(context.OutStream());

    public void Write(EventView audited) => _lines.Write(json => EventJson.Write(json, audited));

    public void Write(TraceItem record, string traceId)
    {
        switch (record)
        {
            case MetaItem meta:
                _lines.Write(json => EventJson.Write(json, meta.Meta, traceId));
                break;
            case ProcessItem process:
                _lines.Write(json => EventJson.Write(json, process.Record));
                break;
            case LossItem loss:
                _lines.Write(json => EventJson.Write(json, loss.Record));
                break;
            case EndItem end:
                _lines.Write(json => EventJson.Write(json, end.Totals));
                break;
        }
    }

    public void Dispose() => _lines.Dispose();
}
