namespace AuditRules.Traces;

/// <summary>Sequence numbers that were missing, to tell a frame that stands elsewhere from one that comes again.</summary>
sealed class SequenceGaps
{
    // A file must not ask for millions: of more gaps the last are known.
    const int Most = 1000;

    readonly Queue<(long First, long End)> _gaps = new();

    public void Add(long first, long end)
    {
        if (_gaps.Count == Most)
            _gaps.Dequeue();
        _gaps.Enqueue((first, end));
    }

    public bool Has(long sequence) => _gaps.Any(g => sequence >= g.First && sequence < g.End);
}
