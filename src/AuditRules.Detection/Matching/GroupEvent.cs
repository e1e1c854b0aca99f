using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>An event that waits for its group, in one or several places.</summary>
sealed class GroupEvent(AuditEvent audited, long number) : IWaits
{
    readonly List<KeyQueue<GroupEvent>> _queues = [];
    bool _left;

    public AuditEvent Event => audited;

    /// <summary>Of a first step's event the keys that it asks of the members; null when one of them is null.</summary>
    public object?[]? Keys { get; set; }

    /// <summary>The events in the order in which they came: a finding comes behind an event of its own ordinal.</summary>
    public long Number => number;

    /// <summary>True when a group took it, or it was evicted: it waits in no place.</summary>
    public bool Gone { get; private set; }

    // It may wait on as a member.
    bool IWaits.IsGone => _left;

    public bool Is(EventView view) => Partial.AreSame(audited, view);

    /// <summary>Told by a queue that keeps it as a first step's event.</summary>
    public void WaitsIn(KeyQueue<GroupEvent> queue) => _queues.Add(queue);

    /// <summary>It waits no longer as a first step's event: another has its place, or it is past.</summary>
    public void Leave()
    {
        if (_left)
            return;
        _left = true;
        foreach (var queue in _queues)
            queue.Left();
    }

    /// <summary>It waits no longer.</summary>
    public void Take()
    {
        Gone = true;
        Leave();
    }
}
