using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>Matches that wait for the end of a window in which an event must not come (R50), earliest end first.</summary>
sealed class Absences(AbsencePlan plan, DetectionOptions options)
{
    readonly long _window = Nanoseconds.Of(plan.Within);
    readonly PartialIndex _index = plan.Key.CreateIndex(options);

    // The window is one length for all, so that they end in the order in which they begin.
    readonly Queue<Partial> _waiting = new();
    readonly List<Partial> _dropped = [];

    /// <summary>Matches that were not kept.</summary>
    public long Evicted { get; private set; }

    /// <summary>Matches that an event dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>True while something waits.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>The earliest end of a window; the latest time there is when nothing waits.</summary>
    public long NextDeadline
    {
        get
        {
            Forget();
            return _waiting.TryPeek(out var first) ? first.Deadline : long.MaxValue;
        }
    }

    /// <summary>Keeps a match. Returns false when there is no room.</summary>
    public bool Insert(Bindings bindings, Partial match)
    {
        var now = match.Last.Time;
        Forget();
        if (_waiting.Count >= options.MaxPartialMatches)
        {
            Evicted++;
            return false;
        }

        match.Deadline = Nanoseconds.After(now, _window);
        _index.Insert(bindings, match, now);
        _waiting.Enqueue(match);
        return true;
    }

    /// <summary>An event of the source. Returns one of the matches that it dropped; null for none.</summary>
    public Partial? Drop(EventView view)
    {
        _dropped.Clear();
        _index.Drop(view, _dropped);
        Dropped += _dropped.Count;
        return _dropped.LastOrDefault();
    }

    /// <summary>An event of which it is not known whether it is of the source.</summary>
    public void Doubt(EventView view, Doubt doubt) => _index.Doubt(view, doubt);

    /// <summary>The match whose window ends first, which waits no longer.</summary>
    public Partial Take()
    {
        Forget();
        var match = _waiting.Dequeue();
        match.Gone = true;
        return match;
    }

    void Forget()
    {
        while (_waiting.TryPeek(out var first) && first.Gone)
            _waiting.Dequeue();
    }
}
