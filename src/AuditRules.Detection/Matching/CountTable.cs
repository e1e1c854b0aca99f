using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>The matches of one finding, oldest first.</summary>
sealed record Counted(List<Partial> Matches)
{
    /// <summary>What a fold made of them; null for none.</summary>
    public FoldState? Fold { get; init; }
}

/// <summary>The matches that count towards a threshold, by key.</summary>
abstract class CountTable
{
    /// <summary>Matches that were not counted because the table was full.</summary>
    public long Evicted { get; protected set; }

    /// <summary>Counts a match. Returns the matches that reached the threshold, oldest first, or null.</summary>
    public abstract Counted? Add(Bindings bindings, Partial match);
}

/// <summary>Counts matches, or distinct values; never more for a key than the threshold.</summary>
sealed class CountTable<TKey>(CountPlan<TKey> plan, DetectionOptions options) : CountTable
{
    readonly long _window = Nanoseconds.Of(plan.Window);
    readonly Dictionary<Key<TKey>, List<Entry>> _windows = new(new KeyComparer<TKey>(plan.Comparer));
    readonly SweepSchedule _schedule = new(options);

    public override Counted? Add(Bindings bindings, Partial match)
    {
        if (plan.Key(bindings) is not { } content)
            return null;
        var own = new Key<TKey>(content);
        var now = match.Last.Time;
        var value = plan.Distinct?.Invoke(bindings);
        if (!_windows.TryGetValue(own, out var window))
        {
            if (_schedule.IsDue(_windows.Count))
                Sweep(now);
            if (_windows.Count >= options.MaxPartialMatches)
            {
                Evicted++;
                return null;
            }

            _windows.Add(own, window = []);
        }

        window.RemoveAll(c => now - c.Time > _window);
        // The latest of equal values is the one that stays in the window for longest.
        if (plan.Distinct is not null)
            window.RemoveAll(c => plan.Same.Equals(c.Value, value));
        window.Add(new(now, value, match));
        if (window.Count < plan.AtLeast)
            return null;
        _windows.Remove(own);
        return new([.. window.Select(c => c.Match)]);
    }

    void Sweep(long now)
    {
        foreach (var (own, window) in _windows)
        {
            if (now - window[^1].Time > _window)
                _windows.Remove(own);
        }

        _schedule.Swept(_windows.Count);
    }

    readonly record struct Entry(long Time, object? Value, Partial Match);
}
