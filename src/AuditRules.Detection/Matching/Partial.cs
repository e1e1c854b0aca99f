using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A partial match: the events of the steps taken so far, oldest first. It waits for the next step.</summary>
/// <param name="events">The events, detached from their frames so that these are not kept alive.</param>
/// <param name="steps">For each event the step that it was; null when the n-th event is the n-th step.</param>
sealed class Partial(AuditEvent[] events, int[]? steps = null)
{
    public AuditEvent[] Events => events;

    /// <summary>The event of the first step.</summary>
    public AuditEvent First => events[0];

    /// <summary>The event of the last step taken.</summary>
    public AuditEvent Last => events[^1];

    /// <summary>The last time, in nanoseconds, at which an event can still take a step of it.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>True when it was advanced, replaced, dropped or swept: tables forget it when they next meet it.</summary>
    public bool Gone { get; set; }

    /// <summary>The step that the event of that number was.</summary>
    public int StepOf(int index) => steps is null ? index : steps[index];

    /// <summary>Binds the steps taken.</summary>
    public void Bind(EventView[] views)
    {
        for (var i = 0; i < events.Length; i++)
            views[StepOf(i)] = events[i].View;
    }

    /// <summary>True when that event was the last step taken.</summary>
    public bool EndsWith(EventView view) => Last.Ordinal == view.Ordinal;
}
