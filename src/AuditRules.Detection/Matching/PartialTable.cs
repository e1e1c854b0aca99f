using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>The partial matches that wait for one step, one a key: a later one replaces an earlier one.</summary>
abstract class PartialTable
{
    public abstract int Count { get; }

    /// <summary>Keeps a partial match; false when the table is full and the match is not kept.</summary>
    public abstract bool Insert(Bindings bindings, Partial partial, long oldest);

    /// <summary>The partial match that this event's key joins with, or null.</summary>
    public abstract Partial? Find(EventView later);

    /// <summary>Removes what <see cref="Find"/> gave last.</summary>
    public abstract void RemoveFound();
}

sealed class PartialTable<TKey>(StepKey<TKey> key, int capacity) : PartialTable
{
    const int SweepAtLeast = 1024;

    readonly Dictionary<Key, Partial> _partials = [];
    int _sweepAt = SweepAtLeast;
    Key _found;

    public override int Count => _partials.Count;

    public override bool Insert(Bindings bindings, Partial partial, long oldest)
    {
        var own = key.Earlier(bindings);
        if (own is null)
            return true;
        if (_partials.Count >= Math.Min(_sweepAt, capacity))
            Sweep(oldest);
        if (_partials.Count >= capacity && !_partials.ContainsKey(new(own)))
            return false;
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(own), out var replaced);
        if (replaced)
            slot!.Gone = true;
        slot = partial;
        return true;
    }

    public override Partial? Find(EventView later)
    {
        var wanted = key.Later(later);
        if (wanted is null)
            return null;
        _found = new(wanted);
        if (!_partials.TryGetValue(_found, out var partial))
            return null;
        if (!partial.Gone)
            return partial;
        _partials.Remove(_found);
        return null;
    }

    public override void RemoveFound()
    {
        if (_partials.Remove(_found, out var partial))
            partial.Gone = true;
    }

    // Costs a walk over the table, and doubles the distance to the next: constant time an insertion.
    void Sweep(long oldest)
    {
        foreach (var (own, partial) in _partials)
        {
            if (partial.Gone || partial.Last.Time < oldest)
            {
                partial.Gone = true;
                _partials.Remove(own);
            }
        }

        _sweepAt = Math.Max(SweepAtLeast, 2 * _partials.Count);
    }

    // Dictionary asks for a key type that is not null; ours may be a class, and is never null here.
    readonly record struct Key(TKey Value);
}
