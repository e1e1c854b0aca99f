using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>What a fold has made of the matches so far, by key (R49).</summary>
sealed class FoldTable<TKey>(FoldPlan<TKey> plan, DetectionOptions options) : CountTable
{
    readonly long _window = Nanoseconds.Of(plan.Window);
    readonly Dictionary<Key<TKey>, Folded> _states = new(new KeyComparer<TKey>(plan.Comparer));
    readonly SweepSchedule _schedule = new(options);
    int _count;

    public override Counted? Add(Bindings bindings, Partial match)
    {
        if (plan.Key(bindings) is not { } content)
            return null;
        var own = new Key<TKey>(content);
        var now = match.Last.Time;
        if (_states.TryGetValue(own, out var known) && now - known.Matches[0].Last.Time > _window)
        {
            _count -= known.Matches.Count;
            _states.Remove(own);
            known = null;
        }

        if (known is null && _schedule.IsDue(_count))
            Sweep(now);
        if (_count >= options.MaxPartialMatches)
        {
            Evicted++;
            return null;
        }

        if (known is null)
            _states.Add(own, known = new(plan.Initial));
        known.Value = plan.Step(known.Value, bindings);
        known.Matches.Add(match);
        _count++;
        var fold = new FoldState(known.Value, known.Matches.Count);
        var decided = new Bindings(bindings, fold);
        if (!plan.Conditions.All(c => c.Test(decided)))
            return null;
        _count -= known.Matches.Count;
        _states.Remove(own);
        return new(known.Matches) { Fold = fold };
    }

    void Sweep(long now)
    {
        foreach (var (own, state) in _states)
        {
            if (now - state.Matches[0].Last.Time > _window)
                _states.Remove(own);
        }

        _count = _states.Values.Sum(s => s.Matches.Count);
        _schedule.Swept(_count);
    }

    sealed class Folded(object? initial)
    {
        public object? Value { get; set; } = initial;

        public List<Partial> Matches { get; } = [];
    }
}
