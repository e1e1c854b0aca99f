using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// Traces of which one follows the other: the parts of one recording in their order, or one trace. One of them is open at
/// a time. Parts have their processes' ordinals in common, and each says again which processes live (T62).
/// </summary>
sealed class PackSeries : IDisposable
{
    readonly IReadOnlyList<PackSource> _sources;
    readonly TraceWriter _writer;
    readonly Func<PackSource, HashSet<int>?, PackCursor> _open;
    readonly List<TraceTotals> _totals = [];
    readonly HashSet<int>? _begun;
    PackCursor _cursor;
    int _next = 1;
    long _losses;

    /// <summary>Goes to the first event.</summary>
    /// <param name="sources">The traces.</param>
    /// <param name="writer">Where records go.</param>
    /// <param name="open">Opens one of them; given the processes of which the beginning was written already, or null.</param>
    public PackSeries(
        IReadOnlyList<PackSource> sources,
        TraceWriter writer,
        Func<PackSource, HashSet<int>?, PackCursor> open
    )
    {
        (_sources, _writer, _open) = (sources, writer, open);
        _begun = sources.Count > 1 ? [] : null;
        _cursor = open(sources[0], _begun);
        Settle();
    }

    /// <summary>False behind the last event.</summary>
    public bool HasEvent => _cursor.HasEvent;

    /// <summary>The event where the series stands.</summary>
    public EventView Event => _cursor.Event;

    /// <summary>The totals of each trace that was read to its end.</summary>
    public IEnumerable<TraceTotals> Totals => _totals.Append(_cursor.Totals);

    /// <summary>How many LOSS records there are.</summary>
    public long Losses => _losses + _cursor.Losses;

    /// <summary>The recordings of these traces, each with its parts in their order; a trace that is none is alone.</summary>
    public static List<List<PackSource>> Of(IReadOnlyList<PackSource> sources)
    {
        var all = new List<List<PackSource>>();
        var byRun = new Dictionary<string, List<PackSource>>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (!IsPart(source))
            {
                all.Add([source]);
            }
            else if (byRun.TryGetValue(source.Meta.RunId, out var parts))
            {
                parts.Add(source);
            }
            else
            {
                all.Add(byRun[source.Meta.RunId] = [source]);
            }
        }

        foreach (var parts in all)
            parts.Sort((a, b) => a.Meta.Part.CompareTo(b.Meta.Part));
        return all;
    }

    /// <summary>Whether a trace is a part of a recording, and says of which.</summary>
    public static bool IsPart(PackSource source) => source.Meta is { Part: > 0, RunId.Length: > 0 };

    /// <summary>The number of the last part that a trace holds; 0 when it is none.</summary>
    public static int LastPart(PackSource source) => Math.Max(source.Meta.Part, source.Meta.LastPart);

    /// <summary>Whether a part is missing before that one of a series.</summary>
    public static bool IsGap(IReadOnlyList<PackSource> parts, int at) =>
        at > 0 && parts[at].Meta.Part > LastPart(parts[at - 1]) + 1L;

    /// <summary>Goes to the next event.</summary>
    public void Advance()
    {
        _cursor.Advance();
        Settle();
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor.Dispose();

    void Settle()
    {
        while (!_cursor.HasEvent && _next < _sources.Count)
        {
            _totals.Add(_cursor.Totals);
            _losses += _cursor.Losses;
            var last = _cursor.LastTime;
            _cursor.Dispose();
            var isMissing = IsGap(_sources, _next);
            if (isMissing)
                _writer.Add(new LossRecord(-1, TracePacker.MissingPart, 0, last, 0, []));
            _losses += isMissing ? 1 : 0;
            _cursor = _open(_sources[_next++], _begun);
        }
    }
}
