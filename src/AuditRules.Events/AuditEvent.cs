using System.Collections.Immutable;
using AuditRules.Events.Json;

namespace AuditRules.Events;

/// <summary>One event as a value of its own. Immutable; a row source of one row.</summary>
public class AuditEvent : EventRows
{
    /// <summary>An event of that name with those arguments, at time 0 in process 0.</summary>
    public AuditEvent(string name, params ImmutableArray<Value> arguments)
    {
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The arguments in order.</summary>
    public ImmutableArray<Value> Arguments { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public long Time { get; init; }

    /// <summary>The event's number in its trace, from 0.</summary>
    public long Ordinal { get; init; }

    /// <summary>The process, as its ordinal in the trace.</summary>
    public int Process { get; init; }

    /// <summary>The operating system's process id.</summary>
    public int Pid { get; init; }

    /// <summary>The operating system's thread id.</summary>
    public long Thread { get; init; }

    /// <summary>The code that caused the event, or null.</summary>
    public Caller? Caller { get; init; }

    /// <inheritdoc/>
    public override int Count => 1;

    /// <summary>The event as a view, as rules see it.</summary>
    public EventView View => new(this, 0);

    /// <summary>A copy with what the arguments say replaced.</summary>
    public AuditEvent With(
        long? time = null,
        long? ordinal = null,
        int? process = null,
        int? pid = null,
        long? thread = null
    ) =>
        new(Name, Arguments)
        {
            Time = time ?? Time,
            Ordinal = ordinal ?? Ordinal,
            Process = process ?? Process,
            Pid = pid ?? Pid,
            Thread = thread ?? Thread,
            Caller = Caller,
        };

    /// <inheritdoc/>
    public override string GetName(int row) => Name;

    /// <inheritdoc/>
    public override int GetArgumentCount(int row) => Arguments.Length;

    /// <inheritdoc/>
    public override Value GetArgument(int row, int index) =>
        (uint)index < (uint)Arguments.Length ? Arguments[index] : default;

    /// <inheritdoc/>
    public override long GetTime(int row) => Time;

    /// <inheritdoc/>
    public override long GetOrdinal(int row) => Ordinal;

    /// <inheritdoc/>
    public override int GetProcess(int row) => Process;

    /// <inheritdoc/>
    public override int GetPid(int row) => Pid;

    /// <inheritdoc/>
    public override long GetThread(int row) => Thread;

    /// <inheritdoc/>
    public override Caller? GetCaller(int row) => Caller;

    /// <summary>The event as JSON (docs/spec/event-json.md), on one line.</summary>
    public override string ToString() => EventJson.ToJson(this);

    internal static AuditEvent Copy(EventRows rows, int row)
    {
        var arguments = new Value[rows.GetArgumentCount(row)];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = rows.GetArgument(row, i);
        return new AuditEvent(rows.GetName(row), [.. arguments])
        {
            Time = rows.GetTime(row),
            Ordinal = rows.GetOrdinal(row),
            Process = rows.GetProcess(row),
            Pid = rows.GetPid(row),
            Thread = rows.GetThread(row),
            Caller = rows.GetCaller(row),
        };
    }
}
