using System.Collections.Immutable;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// Reads parts of a trace in a stream that can seek (docs/spec/trace.md, section 8), each as <see cref="TraceReader"/>
/// reads it. INDEX only says where to begin: without it, or where it lies, the same events are given. What is passed by
/// is not checked (T7). Not safe for several threads at once, and one part at a time may be read.
/// </summary>
public sealed class TraceFile : IDisposable
{
    readonly Stream _stream;
    readonly TraceReaderOptions _options;
    readonly TraceReader _beginning;
    readonly FrameFinder _finder;
    readonly List<DamageItem> _damages = [];
    FrameDirectory _directory;
    bool[] _wantedNames = [];
    long _indexOffset;

    TraceFile(Stream stream, TraceReaderOptions options)
    {
        _stream = stream;
        _options = options with { LeaveOpen = true };
        LeaveOpen = options.LeaveOpen;
        _stream.Position = 0;
        _beginning = new TraceReader(stream, _options);
        for (var item = _beginning.Read(); item is not null; item = _beginning.Read())
        {
            if (item is MetaItem meta)
                Meta = meta.Meta;
            if (item is not DamageItem)
                break;
        }

        _finder = new FrameFinder(stream, _beginning.Id, options.MaxRawLength);
        _directory = FindIndex() ?? FrameDirectory.Walk(_finder);
    }

    /// <summary>The format's version.</summary>
    public Version Version => _beginning.Version;

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public string TraceId => _beginning.TraceId;

    /// <summary>What the trace says of its recording; null when META is damaged.</summary>
    public TraceMeta? Meta { get; }

    /// <summary>The totals of END; null when none is found from the end of the file (T48): the trace is not closed, or
    /// damaged there.</summary>
    public TraceTotals? Totals { get; private set; }

    /// <summary>The distinct names of all events, as INDEX has them; empty without one.</summary>
    public ImmutableArray<string> Names { get; private set; } = [];

    /// <summary>True while INDEX is used. It no longer is once it was found to lie.</summary>
    public bool IsIndexed => _indexOffset != 0;

    /// <summary>An INDEX that was found to lie (T47); it can be found while events are read.</summary>
    public IReadOnlyList<DamageItem> Damages => _damages;

    bool LeaveOpen { get; }

    /// <summary>Opens a trace.</summary>
    /// <param name="stream">The trace, from the stream's first byte on; disposed with the file unless the options say
    /// otherwise.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="TraceFormatException">The stream is no trace, or needs what this reader does not know.</exception>
    public static TraceFile Open(Stream stream, TraceReaderOptions? options = null) =>
        stream.CanSeek
            ? new TraceFile(stream, options ?? new TraceReaderOptions())
            : throw new ArgumentException("the stream cannot seek", nameof(stream));

    /// <summary>
    /// The items of the file from the first frame with events of the range to the last one. With
    /// <see cref="TraceReaderOptions.Wanted"/>, frames without a wanted name may be left out.
    /// </summary>
    /// <exception cref="TraceFormatException">A frame needs what this reader does not know.</exception>
    public IEnumerable<TraceItem> Read(TraceRange range)
    {
        var frame = range.FromOrdinal <= 0 && range.FromTime == long.MinValue ? -1 : StartOf(range);
        while (true)
        {
            var next = -1;
            foreach (var item in From(frame).ReadToEnd())
            {
                if (item is EventsItem events)
                {
                    if (range.EndsBefore(events.Summary))
                        yield break;
                    if (!range.IsBehind(events.Summary))
                        yield return item;
                    if (range.EndsWithin(events.Summary))
                        yield break;
                    next = Jump(events);
                    if (next >= 0)
                        break;
                }
                else
                {
                    yield return item;
                }
            }

            if (next < 0 || next == _directory.Frames.Length)
                yield break;
            frame = next;
        }
    }

    /// <summary>The events of the range, of the names that the options want.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public IEnumerable<EventView> Events(TraceRange range)
    {
        foreach (var frame in Read(range).OfType<EventsItem>().Select(i => i.Frame).OfType<EventFrame>())
        {
            var (first, end) = range.RowsOf(frame);
            for (var row = first; row < end; row++)
            {
                if (_options.Wanted?.Invoke(frame.GetName(row)) != false)
                    yield return new EventView(frame, row);
            }
        }
    }

    /// <summary>
    /// The items of the range in parts, the last part first; the items of a part stand in the order of the file. For who
    /// wants the last events and does not know how many frames hold them. A part must be read before the next one.
    /// </summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public IEnumerable<IEnumerable<TraceItem>> ReadBackwards(TraceRange range)
    {
        for (var end = long.MaxValue; end > Preamble.Length; )
        {
            var frame = Trusted(() => _directory.Before(end));
            var start = frame < 0 ? Preamble.Length : _directory.Frames[frame].Offset;
            if (frame < 0 || !IsPast(range, _directory.Frames[frame]))
                yield return Part(range, frame, end);
            if (frame >= 0 && frame <= _directory.StartOf(range))
                yield break;
            end = start;
        }
    }

    /// <summary>The time of the first event: nanoseconds since the Unix epoch; null without one.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public long? FirstTime() => From(-1).ReadToEnd().OfType<EventsItem>().FirstOrDefault()?.Summary.FirstTime;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!LeaveOpen)
            _stream.Dispose();
    }

    static bool IsPast(TraceRange range, in IndexEntry frame) =>
        frame.First >= range.ToTime || frame.FirstOrdinal >= range.ToOrdinal;

    IEnumerable<TraceItem> Part(TraceRange range, int frame, long end)
    {
        foreach (var item in From(frame).ReadToEnd())
        {
            if (item.Offset >= end)
                yield break;
            if (item is not EventsItem events)
                yield return item;
            else if (range.EndsBefore(events.Summary))
                yield break;
            else if (!range.IsBehind(events.Summary))
                yield return item;
        }
    }

    TraceReader From(int frame)
    {
        var start = frame < 0 ? default : _directory.Frames[frame];
        _stream.Position = start.Offset;
        return frame < 0
            ? new TraceReader(_stream, _options)
            : new TraceReader(_stream, _options, _beginning, start);
    }

    int StartOf(TraceRange range) => Trusted(() => _directory.StartOf(range));

    // The frame, or the nearest one before it that reading can start at.
    int Trusted(Func<int> find)
    {
        for (var frame = find(); frame >= 0; )
        {
            switch (_directory.Holds(frame))
            {
                case FrameDirectory.Trust.Whole:
                    return frame;
                case FrameDirectory.Trust.Unreadable:
                    frame--;
                    break;
                default:
                    if (!IsIndexed)
                        frame--;
                    else
                    {
                        Distrust($"it is not true of the frame at byte {_directory.Frames[frame].Offset}");
                        frame = find();
                    }

                    break;
            }
        }

        return -1;
    }

    // The next frame with a wanted name, where INDEX knows that the ones between have none; -1 to read on.
    int Jump(EventsItem from)
    {
        if (!IsIndexed || _options.Wanted is null)
            return -1;
        var frame = _directory.Before(from.Offset + 1);
        if (frame < 0 || _directory.Frames[frame].Offset != from.Offset)
            return -1;
        var next = _directory.NextWith(frame, _wantedNames);
        if (next == frame + 1)
            return -1;
        // The reader that stands there goes on when there is no jump.
        var position = _stream.Position;
        var leads = _directory.Leads(frame, next, _indexOffset);
        var trust =
            leads && next < _directory.Frames.Length ? _directory.Holds(next) : FrameDirectory.Trust.Whole;
        if (!leads || trust == FrameDirectory.Trust.Lie)
            Distrust($"it is not true of the frames behind byte {from.Offset}");
        _stream.Position = position;
        return leads && trust == FrameDirectory.Trust.Whole ? next : -1;
    }

    FrameDirectory? FindIndex()
    {
        if (!_finder.TryFindEnd(out var end, out var header) || _finder.Payload(header, end) is not { } bytes)
            return null;
        try
        {
            var reader = new MessagePackReader(bytes);
            Totals = RecordCodec.ReadTotals(ref reader, out var offset);
            if (offset == 0)
                return null;
            _indexOffset = offset;
            return Believe(offset, end);
        }
        catch (MessagePackSerializationException e)
        {
            if (_indexOffset != 0)
                Report(e.Message);
            return null;
        }
    }

    FrameDirectory Believe(long offset, long end)
    {
        if (!_finder.TryHeader(offset, out var header) || header.Type != FrameType.Index)
            throw new MessagePackSerializationException("END names a place where no index stands");
        if (offset + FrameHeader.Length + header.StoredLength != end)
            throw new MessagePackSerializationException("the index does not stand directly before END");
        if (_finder.Payload(header, offset) is not { } payload)
            throw new MessagePackSerializationException("its checksum does not hold");
        var index = IndexRecord.Read(payload, offset);
        var events = index.Frames.Length == 0 ? 0 : index.Frames[^1].EndOrdinal;
        if (events != Totals!.Events)
            throw new MessagePackSerializationException($"it counts {events} events, END {Totals.Events}");
        var directory = FrameDirectory.Of(index, _finder);
        Names = index.Names;
        _wantedNames = [.. index.Names.Select(n => _options.Wanted?.Invoke(n) != false)];
        return directory;
    }

    void Distrust(string why)
    {
        Report(why);
        _directory = FrameDirectory.Walk(_finder);
    }

    void Report(string why)
    {
        _damages.Add(new DamageItem(_indexOffset, DamageCode.Index, $"the index cannot be used: {why}", 0));
        _indexOffset = 0;
        Names = [];
    }
}
