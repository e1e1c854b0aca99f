namespace AuditRules.Events;

/// <summary>An event of any name, its arguments by position: custom events of <c>sys.audit</c>.</summary>
/// <param name="Event">The event.</param>
public readonly record struct CustomEvent(EventView Event) : IEventView<CustomEvent>
{
    /// <summary>Null: the view is for events of any name.</summary>
    public static string? EventName => null;

    /// <summary>The event's name.</summary>
    public string Name => Event.Name;

    /// <summary>When it was raised, in nanoseconds since the Unix epoch.</summary>
    public long Time => Event.Time;

    /// <summary>The process, as its ordinal in the trace.</summary>
    public int Process => Event.Process;

    /// <summary>The operating system's process id.</summary>
    public int Pid => Event.Pid;

    /// <summary>The operating system's thread id.</summary>
    public long Thread => Event.Thread;

    /// <summary>The code that caused it, or null.</summary>
    public Caller? Caller => Event.Caller;

    /// <summary>How many arguments it has.</summary>
    public int ArgumentCount => Event.ArgumentCount;

    /// <summary>An argument from 0; nil beyond the last.</summary>
    public Value Argument(int index) => Event[index];

    /// <summary>An argument as text; empty when it is none.</summary>
    public string Text(int index) => Event[index].AsText ?? "";

    /// <summary>An argument as an integer; 0 when it is none.</summary>
    public long Number(int index) => Event[index].AsInt64;

    /// <inheritdoc/>
    public static CustomEvent Create(EventView view) => new(view);
}
