namespace AuditRules.Detection.Matching;

/// <summary>Something that waits in queues until it is gone from all of them at once.</summary>
interface IWaits
{
    /// <summary>True when it waits no longer. Who sets it tells the queues (<see cref="KeyQueue{T}.Left"/>).</summary>
    bool IsGone { get; }
}

/// <summary>
/// What waits under one key, oldest first. What is gone stays until the queue has doubled: an insertion costs constant
/// time, however often it is that something goes.
/// </summary>
sealed class KeyQueue<T>
    where T : class, IWaits
{
    const int CompactAtLeast = 16;
    readonly List<T> _items = [];
    int _start;
    int _compactAt = CompactAtLeast;

    /// <summary>How many there are with those that are gone and not yet forgotten.</summary>
    public int Count => _items.Count - _start;

    /// <summary>How many wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>The n-th oldest, gone or not.</summary>
    public T this[int index] => _items[_start + index];

    /// <summary>Puts one that waits at the end.</summary>
    public void Add(T item)
    {
        if (_items.Count >= _compactAt)
            Compact();
        _items.Add(item);
        Waiting++;
    }

    /// <summary>One of those that waited is gone.</summary>
    public void Left() => Waiting--;

    /// <summary>The oldest that waits, or null.</summary>
    public T? Oldest()
    {
        while (_start < _items.Count && _items[_start].IsGone)
            _items[_start++] = null!;
        return _start < _items.Count ? _items[_start] : null;
    }

    /// <summary>Forgets all that is gone.</summary>
    public void Compact()
    {
        _items.RemoveRange(0, _start);
        _start = 0;
        _items.RemoveAll(i => i.IsGone);
        _compactAt = Math.Max(CompactAtLeast, 2 * _items.Count);
    }
}
