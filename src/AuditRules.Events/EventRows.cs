namespace AuditRules.Events;

/// <summary>
/// Rows of events, read by number. Rows never change; a row may be read from several threads at once
/// unless a derived type says otherwise.
/// </summary>
public abstract class EventRows
{
    /// <summary>How many rows there are.</summary>
    public abstract int Count { get; }

    /// <summary>The event's name, as <c>open</c> or <c>socket.connect</c>.</summary>
    public abstract string GetName(int row);

    /// <summary>How many arguments the event has.</summary>
    public abstract int GetArgumentCount(int row);

    /// <summary>One argument, from 0; nil beyond the last.</summary>
    public abstract Value GetArgument(int row, int index);

    /// <summary>When the event was raised: nanoseconds since the Unix epoch, ordered by the monotonic clock.</summary>
    public abstract long GetTime(int row);

    /// <summary>The event's number in its trace, from 0; valid for that trace file only.</summary>
    public abstract long GetOrdinal(int row);

    /// <summary>The process, as its ordinal in the trace: pids are reused, ordinals are not.</summary>
    public abstract int GetProcess(int row);

    /// <summary>The operating system's process id.</summary>
    public abstract int GetPid(int row);

    /// <summary>The operating system's thread id.</summary>
    public abstract long GetThread(int row);

    /// <summary>The code that caused the event, or null when it was not recorded.</summary>
    public abstract Caller? GetCaller(int row);
}
