using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>
/// What of a trace is read for a listing: all of it, or, of a file, only the frames that can hold what is wanted
/// (docs/cli.md, C54).
/// </summary>
sealed class EventSource(Stream stream, EventFilter filter) : IDisposable
{
    // Validated: a frame made by hand must not end the listing with an exception half way.
    readonly TraceReaderOptions _options = new() { Wanted = filter.TakesName, Validate = true };

    TraceReader? _reader;
    TraceFile? _file;
    FrameSummary? _first;
    FrameSummary? _last;
    TraceRange? _range = filter.Range is null ? new() : null;

    /// <summary>True when the whole trace is read.</summary>
    public bool IsWhole => !stream.CanSeek || (filter.Range is null && !IsTail);

    /// <summary>True when all was read and there was no END.</summary>
    public bool IsUnclosed => _reader is { AtEnd: true, Closed: false };

    /// <summary>The trace's id, where all of it is read.</summary>
    public string TraceId => _reader?.TraceId ?? "";

    /// <summary>That the trace is not what was written, as far as all of it was read.</summary>
    public TraceProblem? Tampering => _reader?.Tampering;

    /// <summary>The names of all events, where they are known although not all frames are read.</summary>
    public IEnumerable<string> Names => _file is null ? [] : _file.Names;

    /// <summary>What is wrong with the index: it was not used.</summary>
    public IEnumerable<DamageItem> Damages => _file is null ? [] : _file.Damages;

    /// <summary>The trace's first frame of events, once it was read; null without one.</summary>
    public FrameSummary? First => _file is null ? _first : Frames(_file.Read(new())).FirstOrDefault();

    /// <summary>The trace's last frame of events, once it was read; null without one.</summary>
    public FrameSummary? Last =>
        _file is null
            ? _last
            : _file
                .ReadBackwards(new())
                .Select(p => Frames(p).LastOrDefault())
                .FirstOrDefault(f => f is not null);

    bool IsTail => filter is { Tail: not null, Head: null };

    /// <summary>The items in parts; when only the last events are wanted, the last part comes first, and who has enough of
    /// them need not ask for more.</summary>
    public IEnumerable<IEnumerable<TraceItem>> Parts()
    {
        if (IsWhole)
        {
            _reader = new TraceReader(stream, _options with { ChecksSeal = true });
            // Only an export has the records.
            return [filter.IsEmpty ? ToldTrace.Read(_reader) : _reader.ReadToEnd()];
        }

        _file = TraceFile.Open(stream, _options);
        _range = filter.Range?.In(_file.FirstTime() ?? 0) ?? _range;
        return IsTail ? _file.ReadBackwards(_range!) : [_file.Read(_range!)];
    }

    /// <summary>The events of a frame that the filter takes.</summary>
    public IEnumerable<EventView> Chosen(EventFrame frame)
    {
        // The first frame says when the trace begins.
        _range ??= filter.Range!.In(frame.FirstTime);
        var taken = new bool[frame.Shapes.Length];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = filter.TakesName(frame.Shapes[i].Name);
        var (first, end) = _range.RowsOf(frame);
        for (var row = first; row < end; row++)
        {
            if (
                taken[frame.ShapeColumn[row]]
                && new EventView(frame, row) is var audited
                && filter.Takes(audited)
            )
                yield return audited;
        }
    }

    /// <summary>Takes note of a frame that was read, wanted or not.</summary>
    public void Note(FrameSummary frame)
    {
        // The first frame of all says when the trace begins.
        _range ??= filter.Range!.In(frame.FirstTime);
        _first ??= frame;
        _last = frame;
    }

    static IEnumerable<FrameSummary> Frames(IEnumerable<TraceItem> items) =>
        items.OfType<EventsItem>().Select(item => item.Summary);

    public void Dispose()
    {
        _reader?.Dispose();
        _file?.Dispose();
    }
}
