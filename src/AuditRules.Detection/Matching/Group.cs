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
    readonly Dictionary<object, Waiting>[] _members; // [step]: by the member's key; [0] is unused
    readonly Dictionary<object, List<Waiting>>[] _firsts; // [step]: by the key that the first step asks of that member
    readonly List<(int Step, Waiting Waiting)> _arriving = [];
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
        _members = [.. steps.Select(s => new Dictionary<object, Waiting>(ComparerOf(s)))];
        _firsts = [.. steps.Select(s => new Dictionary<object, List<Waiting>>(ComparerOf(s)))];
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
        var arriving = _arriving.Count > 0 ? _arriving[0].Waiting : new Waiting(view.Detach(), _seen++);
        if (arriving.Gone)
            return null;
        foreach (var events in Candidates(step, arriving))
        {
            if (!IsGroup(events, arriving))
                continue;
            for (var i = 0; i < events.Length; i++)
                views[i] = events[i].Event.View;
            if (!holds())
                continue;
            foreach (var each in events)
                each.Gone = true;
            // The rest of what this event is must see that it is gone.
            if (_arriving.Count == 0)
                _arriving.Add((step, arriving));
            var order = Enumerable.Range(0, events.Length).OrderBy(i => events[i].Number).ToArray();
            // R62: a group waits for no step, and has no doubts but those of its events.
            var doubts = events.SelectMany(w => (w.Event as FindingEvent)?.Doubts ?? []).ToArray();
            return new Partial([.. order.Select(i => events[i].Event)], order)
            {
                Doubts = doubts.Length > 0 ? doubts : null,
            };
        }

        _arriving.Add((step, arriving));
        return null;
    }

    IEnumerable<Waiting[]> Candidates(int step, Waiting arriving)
    {
        if (step == 0)
        {
            arriving.Keys = KeysOf(arriving.Event);
            if (arriving.Keys is not null && With(arriving, 0, arriving) is { } own)
                yield return own;
            yield break;
        }

        if (
            _steps[step].Key!.LaterOf(arriving.Event.View) is not { } key
            || !_firsts[step].TryGetValue(key, out var firsts)
        )
            yield break;
        firsts.RemoveAll(f => f.Gone);
        for (var i = firsts.Count - 1; i >= 0; i--)
        {
            if (With(firsts[i], step, arriving) is { } group)
                yield return group;
        }
    }

    // The group of that first step, with that event in its place and the latest of their keys in the others.
    Waiting[]? With(Waiting first, int step, Waiting arriving)
    {
        var group = new Waiting[_steps.Length];
        group[0] = first;
        for (var i = 1; i < group.Length; i++)
        {
            if (i == step)
                group[i] = arriving;
            else if (_members[i].TryGetValue(first.Keys![i]!, out var member) && !member.Gone)
                group[i] = member;
            else
                return null;
        }

        return group;
    }

    // R10: one event is in one place. The arriving event is the last in time.
    bool IsGroup(Waiting[] group, Waiting arriving) =>
        group.Distinct().Count() == group.Length
        && group.All(w => arriving.Event.Time - w.Event.Time <= _span);

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
            if (_schedule.IsDue(_count))
                Sweep(waiting.Event.Time);
            if (_count >= _options.MaxPartialMatches)
                Evicted++;
            else if (step == 0)
                KeepFirst(waiting);
            else if (_steps[step].Key!.LaterOf(waiting.Event.View) is { } key)
            {
                _count += _members[step].ContainsKey(key) ? 0 : 1;
                _members[step][key] = waiting;
            }
        }

        _arriving.Clear();
    }

    void KeepFirst(Waiting first)
    {
        if (first.Keys is not { } keys)
            return;
        for (var i = 1; i < _steps.Length; i++)
        {
            if (!_firsts[i].TryGetValue(keys[i]!, out var list))
                _firsts[i].Add(keys[i]!, list = []);
            list.RemoveAll(other => other.Gone || IsReplaced(other, first));
            if (list.Count >= _options.MaxPartialMatchesOfKey)
                MakeRoom(list, first.Event.Time);
            list.Add(first);
        }

        _count++;
    }

    // Each event of a member walks the first steps' events of its key.
    void MakeRoom(List<Waiting> list, long now)
    {
        list.RemoveAll(w => IsPast(w, now));
        if (list.Count < _options.MaxPartialMatchesOfKey)
            return;
        list[0].Gone = true;
        list.RemoveAt(0);
        Evicted++;
    }

    bool IsPast(Waiting waiting, long now) => waiting.Gone || now - waiting.Event.Time > _span;

    bool IsReplaced(Waiting other, Waiting first)
    {
        for (var i = 1; i < _steps.Length; i++)
        {
            if (!_steps[i].Key!.BoxedComparer.Equals(other.Keys![i], first.Keys![i]))
                return false;
        }

        return true;
    }

    void Sweep(long now)
    {
        _count = 0;
        for (var i = 1; i < _steps.Length; i++)
        {
            foreach (var (key, member) in _members[i].Where(m => IsPast(m.Value, now)).ToArray())
                _members[i].Remove(key);
            foreach (var (key, list) in _firsts[i].ToArray())
            {
                list.RemoveAll(w => IsPast(w, now));
                if (list.Count == 0)
                    _firsts[i].Remove(key);
            }

            _count += _members[i].Count;
        }

        _count += _firsts[1].Values.Sum(l => l.Count);
        _schedule.Swept(_count);
    }

    static IEqualityComparer<object> ComparerOf(StepPlan step) =>
        step.Key?.BoxedComparer ?? EqualityComparer<object>.Default;

    /// <summary>An event that waits, in one or several places; gone from all of them when a group takes it.</summary>
    sealed class Waiting(AuditEvent audited, long number)
    {
        public AuditEvent Event => audited;

        /// <summary>Of a first step's event the keys that it asks of the members.</summary>
        public object?[]? Keys { get; set; }

        /// <summary>The events in the order in which they came: a finding comes behind an event of its own ordinal.</summary>
        public long Number => number;

        public bool Gone { get; set; }

        public bool Is(EventView view) => Partial.AreSame(audited, view);
    }
}
