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

    /// <summary>Puts the partial matches of this event's key in doubt: whether it drops them is not known (R106). Returns
    /// whether any of them still waits.</summary>
    public abstract bool Doubt(EventView later, Doubt doubt);
}

sealed class PartialIndex<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialIndex
{
    readonly Dictionary<Key<TKey>, Entry> _partials = new(new KeyComparer<TKey>(key.Comparer));
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
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(own), out _);
        (entry ??= new()).Partials.Add(partial);
    }

    public override void Drop(EventView later, List<Partial> dropped)
    {
        var wanted = key.Later(later);
        if (wanted is null || !_partials.TryGetValue(new(wanted), out var entry))
            return;
        var list = entry.Partials;
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
        entry.Doubted = 0;
        if (list.Count == 0)
            _partials.Remove(new(wanted));
    }

    public override bool Doubt(EventView later, Doubt doubt)
    {
        var wanted = key.Later(later);
        if (wanted is null || !_partials.TryGetValue(new(wanted), out var entry))
            return false;
        var list = entry.Partials;
        // What one event put in doubt the next ones need not look at.
        for (; entry.Doubted < list.Count && !list[entry.Doubted].EndsWith(later); entry.Doubted++)
            list[entry.Doubted].Doubt(doubt);
        // The last that waits is enough; what stands behind it and does not is looked at once.
        var end = entry.Doubted;
        while (entry.Doubted > 0 && IsOver(list[entry.Doubted - 1], later.Time))
            entry.Doubted--;
        list.RemoveRange(entry.Doubted, end - entry.Doubted);
        return entry.Doubted > 0;
    }

    void Sweep(long now)
    {
        var live = 0;
        foreach (var (own, entry) in _partials)
        {
            entry.Partials.RemoveAll(p => IsOver(p, now));
            entry.Doubted = 0;
            live += entry.Partials.Count;
            if (entry.Partials.Count == 0)
                _partials.Remove(own);
        }

        _inserted = 0;
        _sweepAt = Math.Max(options.SweepAtLeast, live);
    }

    static bool IsOver(Partial partial, long now) => partial.Gone || partial.Deadline < now;

    sealed class Entry
    {
        public List<Partial> Partials { get; } = [];

        /// <summary>So many of the first are in doubt or gone.</summary>
        public int Doubted { get; set; }
    }
}
