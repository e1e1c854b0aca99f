using AuditRules.Detection.Findings;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A partial match: the events of the steps taken so far, oldest first. It waits for the next step.</summary>
/// <param name="events">The events, detached from their frames so that these are not kept alive.</param>
/// <param name="steps">For each event the step that it was; null when the n-th event is the n-th step.</param>
/// <param name="doubts">Stretches of time in which an event must not have gone unseen; null for none.</param>
sealed class Partial(AuditEvent[] events, int[]? steps = null, Doubt[]? doubts = null) : IWaits
{
    // A run that may go on waits in two.
    KeyQueue<Partial>? _queue;
    KeyQueue<Partial>? _other;
    bool _gone;

    public AuditEvent[] Events => events;

    /// <summary>The first event.</summary>
    public AuditEvent First => events[0];

    /// <summary>The event of the last step taken.</summary>
    public AuditEvent Last => events[^1];

    /// <summary>How many events in a row took the last step taken, where that step is a run (R46); else 0.</summary>
    public int Run { get; init; }

    /// <summary>Stretches of time in which an event must not have gone unseen; null for none.</summary>
    public Doubt[]? Doubts { get; private set; } = doubts;

    /// <summary>The step that it waits for; of a run that may go on the one behind it, of a match that waits for the end
    /// of a window the number of steps.</summary>
    public int Awaits { get; set; }

    /// <summary>The last time, in nanoseconds, at which an event can still take a step of it.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>True when it was advanced, replaced, dropped or swept: tables forget it when they next meet it.</summary>
    public bool Gone
    {
        get => _gone;
        set
        {
            if (_gone || !value)
                return;
            _gone = true;
            _queue?.Left();
            _other?.Left();
        }
    }

    bool IWaits.IsGone => _gone;

    /// <summary>Puts it in doubt, whatever the recording says. One such doubt is enough.</summary>
    public void Doubt(Doubt doubt)
    {
        if (!Array.Exists(Doubts ?? [], d => d.Known.Length > 0))
            Doubts = [.. Doubts ?? [], doubt];
    }

    /// <summary>Told by a queue that keeps it; of at most two.</summary>
    public void WaitsIn(KeyQueue<Partial> queue)
    {
        if (_queue is null)
            _queue = queue;
        else
            _other = queue;
    }

    /// <summary>The step that the event of that number was.</summary>
    public int StepOf(int index) => steps is null ? index : steps[index];

    /// <summary>The last step taken.</summary>
    public int LastStep => StepOf(events.Length - 1);

    /// <summary>How many events of the run of that step it has.</summary>
    public int RunOf(int step) => Run > 0 && LastStep == step ? Run : 0;

    /// <summary>Binds the steps taken; of a run its last event.</summary>
    public void Bind(EventView[] views)
    {
        for (var i = 0; i < events.Length; i++)
            views[StepOf(i)] = events[i].View;
    }

    /// <summary>The partial match (null: none) with that event as that step behind it.</summary>
    public static Partial Extend(Partial? partial, int step, AuditEvent audited, bool isRun, Doubt[]? doubts)
    {
        if (partial is null)
            return new([audited], null, doubts);
        var ordinary = step == partial.Events.Length && !partial.HasSteps;
        int[]? steps = ordinary
            ? null
            : [.. Enumerable.Range(0, partial.Events.Length).Select(partial.StepOf), step];
        return new([.. partial.Events, audited], steps, doubts) { Run = isRun ? partial.RunOf(step) + 1 : 0 };
    }

    /// <summary>True when that event was the last step taken.</summary>
    public bool EndsWith(EventView view) => AreSame(Last, view);

    /// <summary>True for one event seen twice. An event of a finding has the ordinal of the event that completed it.</summary>
    public static bool AreSame(AuditEvent audited, EventView view) =>
        audited is FindingEvent || view.Rows is FindingEvent
            ? ReferenceEquals(audited, view.Rows)
            : audited.Ordinal == view.Ordinal;

    bool HasSteps => steps is not null;
}
