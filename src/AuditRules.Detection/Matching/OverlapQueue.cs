namespace AuditRules.Detection.Matching;

/// <summary>The partial matches of one step and key, of which only so many may wait (R41).</summary>
sealed class OverlapQueue
{
    readonly KeyQueue<Partial> _partials = new();

    // Only what fills its key needs to know which is the next to be past: under maxspan not the oldest.
    PriorityQueue<Partial, long>? _ends;

    /// <summary>How many are held, with those that are gone and not yet forgotten.</summary>
    public int Count => _partials.Count;

    /// <summary>The oldest that waits, or null.</summary>
    public Partial? Oldest => _partials.Oldest();

    /// <summary>Keeps a partial match.</summary>
    public void Add(Partial partial)
    {
        _partials.Add(partial);
        partial.WaitsIn(_partials);
        AddEnd(partial);
    }

    /// <summary>True when there is room for one more; else the oldest goes, and there is.</summary>
    public bool MakeRoom(int limit, long now)
    {
        // What is gone is in it until it is past.
        if (_ends?.Count >= 2 * limit)
            _ends = null;
        if (_partials.Waiting < limit)
            return true;
        DropPast(now);
        if (_partials.Waiting < limit)
            return true;
        _partials.Oldest()!.Gone = true;
        _partials.Oldest();
        return false;
    }

    /// <summary>Adds all that wait, but for the oldest.</summary>
    public void AddOthers(List<Partial> list)
    {
        for (var i = 1; i < _partials.Count; i++)
        {
            if (!_partials[i].Gone)
                list.Add(_partials[i]);
        }
    }

    /// <summary>Forgets what is gone.</summary>
    public void Forget()
    {
        if (_partials.Waiting < _partials.Count)
            _partials.Compact();
    }

    /// <summary>Forgets what is gone, and what no event can take any more.</summary>
    public void Forget(long now)
    {
        for (var i = 0; i < _partials.Count; i++)
            _partials[i].Gone |= _partials[i].Deadline < now;
        Forget();
    }

    void DropPast(long now)
    {
        if (_ends is null)
        {
            _ends = new();
            for (var i = 0; i < _partials.Count; i++)
                AddEnd(_partials[i]);
        }

        while (_ends.TryPeek(out var next, out var end) && end < now)
        {
            next.Gone = true;
            _ends.Dequeue();
        }
    }

    void AddEnd(Partial partial)
    {
        if (!partial.Gone && partial.Deadline < long.MaxValue)
            _ends?.Enqueue(partial, partial.Deadline);
    }
}
