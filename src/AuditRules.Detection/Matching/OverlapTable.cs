using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The partial matches of a key, oldest first: none replaces another until there are as many as one event may cost (R41).
/// </summary>
sealed class OverlapTable<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialTable
{
    readonly Dictionary<Key<TKey>, OverlapQueue> _partials = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);
    Key<TKey> _wanted;
    OverlapQueue? _found;
    int _count;
    long _evicted;

    public override int Count => _count;

    public override long Evicted => _evicted;

    public override Insertion Insert(Bindings bindings, Partial partial, long now)
    {
        if (key.Earlier(bindings) is not { } content)
            return Insertion.NoKey;
        if (_schedule.IsDue(_count))
            Sweep(now);
        if (_count >= options.MaxPartialMatches)
            return Insertion.Full;
        ref var queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(content), out _);
        queue ??= new();
        var before = queue.Count;
        if (!queue.MakeRoom(options.MaxPartialMatchesOfKey, now))
            _evicted++;
        queue.Add(partial);
        _count += queue.Count - before;
        return Insertion.Kept;
    }

    public override Partial? Find(EventView later)
    {
        if (key.Later(later) is not { } wanted)
            return null;
        _wanted = new(wanted);
        if (!_partials.TryGetValue(_wanted, out _found))
            return null;
        RemoveGone();
        return _found.Oldest;
    }

    // All at once, behind the last of them.
    public override void RemoveFound() { }

    public override void AddOthers(List<Partial> list) => _found!.AddOthers(list);

    public override void RemoveGone()
    {
        // The queue may be another by now: a sweep forgets a key of which nothing is left.
        if (!_partials.TryGetValue(_wanted, out var queue))
            return;
        _count -= queue.Count;
        queue.Forget();
        _count += queue.Count;
        if (queue.Count == 0)
            _partials.Remove(_wanted);
    }

    void Sweep(long now)
    {
        foreach (var (own, queue) in _partials)
        {
            _count -= queue.Count;
            queue.Forget(now);
            _count += queue.Count;
            if (queue.Count == 0)
                _partials.Remove(own);
        }

        _schedule.Swept(_count);
    }
}
