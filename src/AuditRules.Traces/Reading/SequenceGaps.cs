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

    /// <summary>What is said of a frame that fills a gap too late: behind the frame of that number.</summary>
    public static string Late(in FrameHeader header, long before) =>
        $"frame {header.Sequence} stands behind frame {before}; "
        + (
            header.Type != FrameType.Data ? "it is not read"
            : header.EventCount == 1 ? "its event is not read"
            : $"its {header.EventCount} events are not read"
        );
}
