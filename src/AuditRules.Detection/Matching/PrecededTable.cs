using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>When an event of a source last came, by key: what <c>notPrecededBy</c> asks (R53).</summary>
abstract class PrecededTable
{
    /// <summary>Keys that were not kept: from then on an absence is in doubt.</summary>
    public long Evicted { get; protected set; }

    /// <summary>An event of the source.</summary>
    public abstract void Remember(EventView view);

    /// <summary>True when such an event came in the window before that time.</summary>
    public abstract bool Came(Bindings bindings, long now);
}

sealed class PrecededTable<TKey>(StepKey<TKey> key, TimeSpan? within, DetectionOptions options)
    : PrecededTable
{
    readonly long _window = Nanoseconds.OfLimit(within);
    readonly Dictionary<Key<TKey>, long> _last = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);

    public override void Remember(EventView view)
    {
        if (key.Later(view) is not { } content)
            return;
        var own = new Key<TKey>(content);
        if (!_last.ContainsKey(own))
        {
            if (_schedule.IsDue(_last.Count))
                Sweep(view.Time);
            if (_last.Count >= options.MaxPartialMatches)
            {
                Evicted++;
                return;
            }
        }

        _last[own] = view.Time;
    }

    public override bool Came(Bindings bindings, long now) =>
        key.Earlier(bindings) is { } content
        && _last.TryGetValue(new(content), out var last)
        && now - last <= _window;

    void Sweep(long now)
    {
        foreach (var (own, last) in _last)
        {
            if (now - last > _window)
                _last.Remove(own);
        }

        _schedule.Swept(_last.Count);
    }
}
