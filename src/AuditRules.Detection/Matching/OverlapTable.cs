using System.Runtime.InteropServices;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The partial matches of a key, oldest first: none replaces another until there are as many as one event may cost (R41).
/// </summary>
sealed class OverlapTable<TKey>(StepKey<TKey> key, DetectionOptions options) : PartialTable
{
    readonly Dictionary<Key<TKey>, List<Partial>> _partials = new(new KeyComparer<TKey>(key.Comparer));
    readonly SweepSchedule _schedule = new(options);
    Key<TKey> _wanted;
    List<Partial>? _found;
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
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_partials, new(content), out _);
        list ??= [];
        if (list.Count >= options.MaxPartialMatchesOfKey)
            MakeRoom(list, now);
        list.Add(partial);
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

    // All at once, behind the last of them.
    public override void RemoveFound() { }

    public override void AddOthers(List<Partial> list) => list.AddRange(_found!.Skip(1));

    public override void RemoveGone()
    {
        // The list may be another by now: a sweep forgets a key of which nothing is left.
        if (!_partials.TryGetValue(_wanted, out var list))
            return;
        _count -= list.RemoveAll(p => p.Gone);
        if (list.Count == 0)
            _partials.Remove(_wanted);
    }

    void MakeRoom(List<Partial> list, long now)
    {
        _count -= Forget(list, now);
        if (list.Count < options.MaxPartialMatchesOfKey)
            return;
        list[0].Gone = true;
        list.RemoveAt(0);
        _count--;
        _evicted++;
    }

    static int Forget(List<Partial> list, long now)
    {
        foreach (var partial in list)
            partial.Gone |= partial.Deadline < now;
        return list.RemoveAll(p => p.Gone);
    }

    void Sweep(long now)
    {
        foreach (var (own, list) in _partials)
        {
            _count -= Forget(list, now);
            if (list.Count == 0)
                _partials.Remove(own);
        }

        _schedule.Swept(_count);
    }
}
