using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>One partial match a key: a later one replaces an earlier one (R7).</summary>
sealed class LatestTable<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialTable
{
    readonly Dictionary<Key<TKey>, Partial> _partials = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);
    Key<TKey> _found;

    public override int Count => _partials.Count;

    public override Insertion Insert(Bindings bindings, Partial partial, long now)
    {
        if (key.Earlier(bindings) is not { } content)
            return Insertion.NoKey;
        var own = new Key<TKey>(content);
        if (!_partials.ContainsKey(own))
        {
            if (_schedule.IsDue(_partials.Count))
                Sweep(now);
            if (_partials.Count >= options.MaxPartialMatches)
                return Insertion.Full;
        }

        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, own, out var replaced);
        if (replaced && slot != partial)
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

    public override void RemoveFound() => _partials.Remove(_found);

    void Sweep(long now)
    {
        foreach (var (own, partial) in _partials)
        {
            if (partial.Gone || partial.Deadline < now)
            {
                partial.Gone = true;
                _partials.Remove(own);
            }
        }

        _schedule.Swept(_partials.Count);
    }
}
