using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What became of a partial match that was to be kept.</summary>
enum Insertion
{
    /// <summary>It waits.</summary>
    Kept,

    /// <summary>Its key is null: nothing can join with it.</summary>
    NoKey,

    /// <summary>The table is full.</summary>
    Full,
}

/// <summary>The partial matches that wait for one step, one a key: a later one replaces an earlier one.</summary>
abstract class PartialTable
{
    public abstract int Count { get; }

    /// <summary>Keeps a partial match. Those whose last event is older than <paramref name="oldest"/> may go.</summary>
    public abstract Insertion Insert(Bindings bindings, Partial partial, long oldest);

    /// <summary>The partial match that this event's key joins with, or null.</summary>
    public abstract Partial? Find(EventView later);

    /// <summary>Removes what <see cref="Find"/> gave last.</summary>
    public abstract void RemoveFound();
}

sealed class PartialTable<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialTable
{
    readonly Dictionary<Key<TKey>, Partial> _partials = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);
    Key<TKey> _found;

    public override int Count => _partials.Count;

    public override Insertion Insert(Bindings bindings, Partial partial, long oldest)
    {
        if (key.Earlier(bindings) is not { } content)
            return Insertion.NoKey;
        var own = new Key<TKey>(content);
        if (!_partials.ContainsKey(own))
        {
            if (_schedule.IsDue(_partials.Count))
                Sweep(oldest);
            if (_partials.Count >= options.MaxPartialMatches)
                return Insertion.Full;
        }

        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, own, out var replaced);
        if (replaced)
            slot!.Gone = true;
        slot = partial;
        return Insertion.Kept;
    }

    public override Partial? Find(EventView later)
    {
        if (key.Later(later) is not { } wanted)
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

        _schedule.Swept(_partials.Count);
    }
}
