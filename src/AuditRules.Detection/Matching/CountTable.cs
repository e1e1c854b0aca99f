using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>The matches that count towards a threshold, by key; never more for a key than the threshold.</summary>
abstract class CountTable
{
    /// <summary>Counts a match. Returns the matches that reached the threshold, oldest first, or null.</summary>
    public abstract List<AuditEvent[]>? Add(Bindings bindings, AuditEvent[] events);
}

sealed class CountTable<TKey>(CountPlan<TKey> plan) : CountTable
{
    const int SweepAtLeast = 1024;

    readonly long _window = Nanoseconds.Of(plan.Window);
    readonly Dictionary<Key, List<Counted>> _windows = [];
    int _sweepAt = SweepAtLeast;

    public override List<AuditEvent[]>? Add(Bindings bindings, AuditEvent[] events)
    {
        var own = plan.Key(bindings);
        if (own is null)
            return null;
        var now = events[^1].Time;
        if (_windows.Count >= _sweepAt)
            Sweep(now);
        var value = plan.Distinct?.Invoke(bindings) ?? default;
        if (!_windows.TryGetValue(new(own), out var window))
            _windows.Add(new(own), window = []);
        window.RemoveAll(c => now - c.Time > _window);
        // The latest of equal values is the one that stays in the window for longest.
        if (plan.Distinct is not null)
            window.RemoveAll(c => c.Value == value);
        window.Add(new(now, value, events));
        if (window.Count < plan.AtLeast)
            return null;
        _windows.Remove(new(own));
        return [.. window.Select(c => c.Events)];
    }

    void Sweep(long now)
    {
        foreach (var (own, window) in _windows)
        {
            if (now - window[^1].Time > _window)
                _windows.Remove(own);
        }

        _sweepAt = Math.Max(SweepAtLeast, 2 * _windows.Count);
    }

    readonly record struct Key(TKey Value);

    readonly record struct Counted(long Time, Value Value, AuditEvent[] Events);
}
