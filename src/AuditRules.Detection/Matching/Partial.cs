using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A partial match: the events of the steps taken so far. It waits for the next step.</summary>
sealed class Partial(AuditEvent[] events)
{
    /// <summary>The events, detached from their frames so that these are not kept alive.</summary>
    public AuditEvent[] Events => events;

    /// <summary>The event of the last step taken.</summary>
    public AuditEvent Last => events[^1];

    /// <summary>True when it was advanced, replaced, dropped or swept: tables forget it when they next meet it.</summary>
    public bool Gone { get; set; }
}
