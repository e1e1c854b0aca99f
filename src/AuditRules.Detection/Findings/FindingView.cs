using AuditRules.Events;

namespace AuditRules.Detection.Findings;

/// <summary>A finding of another rule, as an event: <c>for f in findingsOf other do</c>.</summary>
/// <param name="Event">The event; its time, process and so on are those of the event that completed the finding.</param>
public readonly record struct FindingView(EventView Event) : IEventView<FindingView>
{
    /// <summary>Null: the view is for findings of any rule.</summary>
    public static string? EventName => null;

    /// <summary>The id of the rule.</summary>
    public string Rule => Event[0].AsText ?? "";

    /// <summary>What happened, in words.</summary>
    public string Message => Event[1].AsText ?? "";

    /// <summary>When it was complete, in nanoseconds since the Unix epoch; of an absence the end of the window.</summary>
    public long Time => Event.Time;

    /// <summary>The process of the event that completed it, as its ordinal in the trace.</summary>
    public int Process => Event.Process;

    /// <summary>That process's id in the operating system.</summary>
    public int Pid => Event.Pid;

    /// <summary>The thread's id in the operating system.</summary>
    public long Thread => Event.Thread;

    /// <summary>The code that caused the event that completed it; <see cref="Caller.Unknown"/> when it was not recorded.</summary>
    public Caller Caller => Event.Caller ?? Caller.Unknown;

    /// <summary>The event that the finding cites for that step, by the author's name; of several the last.</summary>
    /// <exception cref="ArgumentException">The finding cites no event for such a step.</exception>
    public CustomEvent StepEvent(string step)
    {
        var evidence = (Event.Rows as FindingEvent)?.Finding.Events ?? [];
        var cited =
            evidence.LastOrDefault(e => e.Step == step)
            ?? throw new ArgumentException($"a finding of {Rule} cites no event as {step}", nameof(step));
        return new CustomEvent(cited.Event.View);
    }

    /// <inheritdoc/>
    public static FindingView Create(EventView view) => new(view);
}
