using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>Finds the partial matches that an <c>unless</c> or <c>until</c> drops, by its key.</summary>
abstract class PartialIndex
{
    /// <summary>How many keys there are; 0 when there is nothing to drop.</summary>
    public abstract int Count { get; }

    public abstract void Insert(Bindings bindings, Partial partial, long now);

    /// <summary>Drops the partial matches of this event's key, and adds them to the list.</summary>
    public abstract void Drop(EventView later, List<Partial> dropped);
}

sealed class PartialIndex<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialIndex
{
    readonly Dictionary<Key<TKey>, List<Partial>> _partials = new(new KeyComparer<TKey>(key.Comparer));
    int _inserted;
    int _sweepAt = options.SweepAtLeast;

    public override int Count => _partials.Count;

    public override void Insert(Bindings bindings, Partial partial, long now)
    {
        var own = key.Earlier(bindings);
        if (own is null)
            return;
        if (++_inserted >= _sweepAt)
            Sweep(now);
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(own), out _);
        (list ??= []).Add(partial);
    }

    public override void Drop(EventView later, List<Partial> dropped)
    {
        var wanted = key.Later(later);
        if (wanted is null || !_partials.TryGetValue(new(wanted), out var list))
            return;
        // A match whose last step is this very event stays: "between" excludes both ends.
        foreach (var partial in list)
        {
            if (!partial.Gone && !partial.EndsWith(later))
            {
                partial.Gone = true;
                dropped.Add(partial);
            }
        }

        list.RemoveAll(p => p.Gone);
        if (list.Count == 0)
            _partials.Remove(new(wanted));
    }

    void Sweep(long now)
    {
        var live = 0;
        foreach (var (own, list) in _partials)
        {
            list.RemoveAll(p => p.Gone || p.Deadline < now);
            live += list.Count;
            if (list.Count == 0)
                _partials.Remove(own);
        }

        _inserted = 0;
        _sweepAt = Math.Max(options.SweepAtLeast, live);
    }
}
