using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>All partial matches of a key, oldest first: none replaces another (R41).</summary>
sealed class OverlapTable<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialTable
{
    readonly Dictionary<Key<TKey>, List<Partial>> _partials = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);
    Key<TKey> _wanted;
    List<Partial>? _found;
    int _count;

    public override int Count => _count;

    public override Insertion Insert(Bindings bindings, Partial partial, long now)
    {
        if (key.Earlier(bindings) is not { } content)
            return Insertion.NoKey;
        if (_schedule.IsDue(_count))
            Sweep(now);
        if (_count >= options.MaxPartialMatches)
            return Insertion.Full;
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(content), out _);
        (list ??= []).Add(partial);
        _count++;
        return Insertion.Kept;
    }

    public override Partial? Find(EventView later)
    {
        if (key.Later(later) is not { } wanted)
            return null;
        _wanted = new(wanted);
        if (!_partials.TryGetValue(_wanted, out _found))
            return null;
        _count -= _found.RemoveAll(p => p.Gone);
        if (_found.Count > 0)
            return _found[0];
        _partials.Remove(_wanted);
        return null;
    }

    // The list forgets what is gone when it is next asked.
    public override void RemoveFound() { }

    public override void AddOthers(List<Partial> list) => list.AddRange(_found!.Skip(1));

    void Sweep(long now)
    {
        foreach (var (own, list) in _partials)
        {
            foreach (var partial in list.Where(p => p.Deadline < now))
                partial.Gone = true;
            _count -= list.RemoveAll(p => p.Gone);
            if (list.Count == 0)
                _partials.Remove(own);
        }

        _schedule.Swept(_count);
    }
}
