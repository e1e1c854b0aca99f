using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>Matches whose values are added up, by key (R48).</summary>
sealed class SumTable<TKey>(SumPlan<TKey> plan, DetectionOptions options) : CountTable
{
    readonly long _window = Nanoseconds.Of(plan.Window);
    readonly Dictionary<Key<TKey>, Sum> _windows = new(new KeyComparer<TKey>(plan.Comparer));
    readonly SweepSchedule _schedule = new(options);
    int _count;

    public override Counted? Add(Bindings bindings, Partial match)
    {
        if (plan.Key(bindings) is not { } content)
            return null;
        var value = plan.Value(bindings);
        if (value <= 0)
            return null;
        var own = new Key<TKey>(content);
        var now = match.Last.Time;
        if (_schedule.IsDue(_count))
            Sweep(now);
        if (_count >= options.MaxPartialMatches)
        {
            Evicted++;
            return null;
        }

        if (!_windows.TryGetValue(own, out var window))
            _windows.Add(own, window = new());
        _count -= window.Forget(now, _window) - 1;
        window.Add(new(value, match));
        if (window.Total < plan.AtLeast)
            return null;
        _windows.Remove(own);
        _count -= window.Matches.Count;
        return new([.. window.Matches.Select(a => a.Match)]);
    }

    void Sweep(long now)
    {
        foreach (var (own, window) in _windows)
        {
            _count -= window.Forget(now, _window);
            if (window.Matches.Count == 0)
                _windows.Remove(own);
        }

        _schedule.Swept(_count);
    }

    sealed class Sum
    {
        // Wide enough that nothing that is taken away again was cut before.
        Int128 _total;

        public Queue<Added> Matches { get; } = new();

        public long Total => _total > long.MaxValue ? long.MaxValue : (long)_total;

        public void Add(Added added)
        {
            Matches.Enqueue(added);
            _total += added.Value;
        }

        /// <summary>Forgets what is older than the window, and returns how much.</summary>
        public int Forget(long now, long window)
        {
            var before = Matches.Count;
            while (Matches.TryPeek(out var oldest) && now - oldest.Match.Last.Time > window)
                _total -= Matches.Dequeue().Value;
            return before - Matches.Count;
        }
    }

    readonly record struct Added(long Value, Partial Match);
}
