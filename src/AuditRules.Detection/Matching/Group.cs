using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The events that wait for a group of steps to be complete, in whatever order they come (R47): of each member the
/// latest of a key, and of the first step the latest of all keys together.
/// </summary>
sealed class Group
{
    readonly ImmutableArray<StepPlan> _steps;
    readonly DetectionOptions _options;
    readonly long _span;
    readonly Dictionary<object, GroupEvent>[] _members; // [step]: by the member's key; [0] is unused
    readonly Dictionary<object, KeyQueue<GroupEvent>>[] _firsts; // [step]: by the key that the first step asks of it
    readonly Dictionary<object?[], GroupEvent> _latest; // of the first step, by all these keys
    readonly GroupEvent[] _group; // the one that is tried
    readonly List<(int Step, GroupEvent Waiting)> _arriving = [];
    readonly SweepSchedule _schedule;
    int _count;
    long _seen;

    /// <summary>A group of the first steps, that many in all, whose events are at most that far apart.</summary>
    public Group(ImmutableArray<StepPlan> steps, long span, DetectionOptions options)
    {
        _steps = steps;
        _span = span;
        _options = options;
        _schedule = new(options);
        IEqualityComparer<object>[] comparers = [.. steps.Select(ComparerOf)];
        _members = [.. comparers.Select(c => new Dictionary<object, GroupEvent>(c))];
        _firsts = [.. comparers.Select(c => new Dictionary<object, KeyQueue<GroupEvent>>(c))];
        _latest = new(new KeysComparer(comparers));
        _group = new GroupEvent[steps.Length];
    }

    /// <summary>Events that were not kept.</summary>
    public long Evicted { get; private set; }

    /// <summary>An event that may be the step. Returns the complete group, oldest event first, or null.</summary>
    /// <param name="step">The step.</param>
    /// <param name="view">The event.</param>
    /// <param name="views">Where the events of a group are bound before <paramref name="holds"/> is asked.</param>
    /// <param name="holds">True when the conditions of the group hold for what is bound.</param>
    public Partial? Add(int step, EventView view, EventView[] views, Func<bool> holds)
    {
        // What one event is waits until the next event: it must not meet itself in another place.
        if (_arriving.Count > 0 && !_arriving[0].Waiting.Is(view))
            Keep();
        var arriving = _arriving.Count > 0 ? _arriving[0].Waiting : new GroupEvent(view.Detach(), _seen++);
        if (arriving.Gone)
            return null;
        var isComplete = Completes(step, arriving, views, holds);
        // The rest of what this event is must see that it is gone.
        if (!isComplete || _arriving.Count == 0)
            _arriving.Add((step, arriving));
        return isComplete ? Take() : null;
    }

    bool Completes(int step, GroupEvent arriving, EventView[] views, Func<bool> holds)
    {
        if (step == 0)
        {
            arriving.Keys = KeysOf(arriving.Event);
            return arriving.Keys is not null && IsGroup(arriving, 0, arriving) && Hold(views, holds);
        }

        if (
            _steps[step].Key!.LaterOf(arriving.Event.View) is not { } key
            || !_firsts[step].TryGetValue(key, out var firsts)
        )
            return false;
        // They came in the order of time: what is before one that is past is past too.
        for (var i = firsts.Count - 1; i >= 0 && !IsPast(firsts[i], arriving.Event.Time); i--)
        {
            if (IsGroup(firsts[i], step, arriving) && Hold(views, holds))
                return true;
        }

        return false;
    }

    // The group of that first step, with that event in its place and the latest of their keys in the others.
    bool IsGroup(GroupEvent first, int step, GroupEvent arriving)
    {
        if (((IWaits)first).IsGone)
            return false;
        _group[0] = first;
        for (var i = 1; i < _group.Length; i++)
        {
            if (i == step)
                _group[i] = arriving;
            else if (!_members[i].TryGetValue(first.Keys![i]!, out _group[i]!) || _group[i].Gone)
                return false;
            // The arriving event is the last in time. R10: one event is in one place.
            if (IsPast(_group[i], arriving.Event.Time) || _group.AsSpan(0, i).Contains(_group[i]))
                return false;
        }

        return true;
    }

    bool Hold(EventView[] views, Func<bool> holds)
    {
        for (var i = 0; i < _group.Length; i++)
            views[i] = _group[i].Event.View;
        return holds();
    }

    Partial Take()
    {
        foreach (var each in _group)
            each.Take();
        var order = Enumerable.Range(0, _group.Length).OrderBy(i => _group[i].Number).ToArray();
        // R62: a group waits for no step, and has no doubts but those of its events.
        var doubts = _group.SelectMany(w => (w.Event as FindingEvent)?.Doubts ?? []).ToArray();
        return new Partial([.. order.Select(i => _group[i].Event)], order, doubts.Length > 0 ? doubts : null);
    }

    object?[]? KeysOf(AuditEvent first)
    {
        var views = new EventView[_steps.Length];
        Array.Fill(views, first.View);
        var bindings = new Bindings(views);
        object?[] keys = [null, .. _steps.Skip(1).Select(s => s.Key!.EarlierOf(bindings))];
        return keys.Skip(1).Contains(null) ? null : keys;
    }

    void Keep()
    {
        foreach (var (step, waiting) in _arriving)
        {
            if (waiting.Gone)
                continue;
            if (step == 0)
                KeepFirst(waiting);
            else if (_steps[step].Key!.LaterOf(waiting.Event.View) is { } key)
                KeepMember(_members[step], key, waiting);
        }

        _arriving.Clear();
    }

    void KeepMember(Dictionary<object, GroupEvent> members, object key, GroupEvent member)
    {
        if (members.ContainsKey(key) || HasRoom(member.Event.Time))
            members[key] = member;
    }

    // R108: what takes the place of another needs none.
    bool HasRoom(long now)
    {
        if (_schedule.IsDue(_count))
            Sweep(now);
        if (_count >= _options.MaxPartialMatches)
        {
            Evicted++;
            return false;
        }

        _count++;
        return true;
    }

    void KeepFirst(GroupEvent first)
    {
        if (first.Keys is not { } keys)
            return;
        if (_latest.TryGetValue(keys, out var replaced))
            replaced.Leave();
        else if (!HasRoom(first.Event.Time))
            return;
        _latest[keys] = first;
        for (var i = 1; i < _steps.Length; i++)
        {
            if (!_firsts[i].TryGetValue(keys[i]!, out var queue))
                _firsts[i].Add(keys[i]!, queue = new());
            if (queue.Waiting >= _options.MaxPartialMatchesOfKey)
                MakeRoom(queue, first.Event.Time);
            queue.Add(first);
            first.WaitsIn(queue);
        }
    }

    // Each event of a member walks the first steps' events of its key.
    void MakeRoom(KeyQueue<GroupEvent> queue, long now)
    {
        while (queue.Oldest() is { } oldest && IsPast(oldest, now))
            oldest.Leave();
        if (queue.Waiting < _options.MaxPartialMatchesOfKey)
            return;
        queue.Oldest()!.Take();
        Evicted++;
    }

    bool IsPast(GroupEvent waiting, long now) => now - waiting.Event.Time > _span;

    void Sweep(long now)
    {
        Remove(_latest, w => w.Gone || IsPast(w, now));
        _count = _latest.Count;
        for (var i = 1; i < _steps.Length; i++)
        {
            Remove(_members[i], w => w.Gone || IsPast(w, now));
            foreach (var (key, queue) in _firsts[i])
            {
                while (queue.Oldest() is { } oldest && IsPast(oldest, now))
                    oldest.Leave();
                queue.Compact();
                if (queue.Count == 0)
                    _firsts[i].Remove(key);
            }

            _count += _members[i].Count;
        }

        _schedule.Swept(_count);
    }

    static void Remove<TKey>(Dictionary<TKey, GroupEvent> table, Predicate<GroupEvent> isOver)
        where TKey : notnull
    {
        foreach (var (key, waiting) in table)
        {
            if (isOver(waiting))
                table.Remove(key);
        }
    }

    static IEqualityComparer<object> ComparerOf(StepPlan step) =>
        step.Key?.BoxedComparer ?? EqualityComparer<object>.Default;
}
