namespace AuditRules.Events;

/// <summary>
/// One event where it is stored. Cheap to copy and safe to keep; it keeps its rows alive, so that what is kept
/// for long is kept as <see cref="Detach"/> gives it.
/// </summary>
/// <param name="Rows">Where the event is stored.</param>
/// <param name="Row">Its number there.</param>
public readonly record struct EventView(EventRows Rows, int Row)
{
    /// <summary>The event's name.</summary>
    public string Name => Rows.GetName(Row);

    /// <summary>How many arguments the event has.</summary>
    public int ArgumentCount => Rows.GetArgumentCount(Row);

    /// <summary>One argument, from 0; nil beyond the last.</summary>
    public Value this[int index] => Rows.GetArgument(Row, index);

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public long Time => Rows.GetTime(Row);

    /// <summary>The event's number in its trace.</summary>
    public long Ordinal => Rows.GetOrdinal(Row);

    /// <summary>The process, as its ordinal in the trace.</summary>
    public int Process => Rows.GetProcess(Row);

    /// <summary>The operating system's process id.</summary>
    public int Pid => Rows.GetPid(Row);

    /// <summary>The operating system's thread id.</summary>
    public long Thread => Rows.GetThread(Row);

    /// <summary>The code that caused the event, or null.</summary>
    public Caller? Caller => Rows.GetCaller(Row);

    /// <summary>The event as a value of its own, which keeps nothing else alive.</summary>
    public AuditEvent Detach() => Rows as AuditEvent ?? AuditEvent.Copy(Rows, Row);
}
