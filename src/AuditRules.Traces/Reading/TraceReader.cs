using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// Reads a trace from its first byte to its last (docs/spec/trace.md), in memory that one frame bounds. Damage is an item
/// and reading goes on behind it. Not safe for several threads at once.
/// </summary>
public sealed class TraceReader : IDisposable
{
    const FrameType FirstIgnorable = (FrameType)0x80;

    readonly Stream _stream;
    readonly FrameScanner _scanner;
    readonly TraceReaderOptions _options;
    readonly Queue<TraceItem> _pending = new();
    readonly SealCheck? _seal;
    readonly SequenceGaps _gaps = new();
    long _nextSequence;
    long _missing;
    long _nextOrdinal;
    long _given;
    long _lastTime = long.MinValue;
    bool _damaged;
    FrameType _type;
    bool _done;
    TraceFormatException? _refusal;

    /// <summary>Reads the preamble.</summary>
    /// <param name="input">The trace; disposed with the reader unless the options say otherwise.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="TraceFormatException">The stream is no trace, or of a newer major version.</exception>
    public TraceReader(Stream input, TraceReaderOptions? options = null)
    {
        _options = options ?? new TraceReaderOptions();
        _stream = input;
        _scanner = new FrameScanner(input, _options.MaxRawLength, Damage);
        if (!_options.ChecksSeal)
            return;
        _seal = new SealCheck(
            new TraceExpectations(),
            (code, offset, message, _) => Tampering ??= new($"{code}", offset, message, true)
        );
        _seal.Begin(PreambleBytes);
    }

    /// <summary>Begins at a DATA frame of a trace of which another reader has read the beginning.</summary>
    internal TraceReader(Stream input, TraceReaderOptions options, TraceReader known, in IndexEntry start)
    {
        _options = options;
        _stream = input;
        _scanner = new FrameScanner(input, options.MaxRawLength, Damage, known._scanner, start.Offset);
        _nextSequence = start.Sequence;
        _nextOrdinal = _given = start.FirstOrdinal;
    }

    /// <summary>The format's version.</summary>
    public Version Version => _scanner.Version;

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public string TraceId => _scanner.TraceId.ToString("x32", null);

    internal UInt128 Id => _scanner.TraceId;

    /// <summary>True once END was read: the trace was closed by its writer.</summary>
    public bool Closed { get; private set; }

    /// <summary>The first that shows that the trace is not what was written (T56), as far as was read; null for nothing,
    /// and where the options do not ask for it.</summary>
    public TraceProblem? Tampering { get; private set; }

    /// <summary>The preamble as it stands in the file.</summary>
    internal ReadOnlySpan<byte> PreambleBytes => _scanner.PreambleBytes;

    /// <summary>True once all was read.</summary>
    public bool AtEnd => _done && _pending.Count == 0;

    /// <summary>Where the reader stands: bytes from the beginning of the file.</summary>
    internal long Position => _scanner.Position;

    /// <summary>The next item; null at the end.</summary>
    /// <exception cref="TraceFormatException">A frame needs what this reader does not know.</exception>
    public TraceItem? Read()
    {
        while (_pending.Count == 0 && !_done)
        {
            if (_refusal is not null)
                throw _refusal;
            ReadFrame();
        }

        if (_pending.TryDequeue(out var item))
            _seal?.Pass(item);
        else
            _seal?.Finish(Position, Closed);
        return item;
    }

    /// <summary>All items that are still to come.</summary>
    public IEnumerable<TraceItem> ReadToEnd()
    {
        while (Read() is { } item)
            yield return item;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _seal?.Dispose();
        if (!_options.LeaveOpen)
            _stream.Dispose();
    }

    void ReadFrame()
    {
        var offset = _scanner.Position;
        if (_scanner.AtEnd)
        {
            _done = true;
            return;
        }

        _type = default;
        if (!_scanner.TryReadHeader(out var header))
            return;
        _type = header.Type;
        // Counted even without its payload: that damage is reported, and the frame is not missing as well.
        var isWhole = _scanner.TryReadPayload(header);
        if (isWhole)
            See(header, _scanner.Payload.AsSpan(0, (int)header.StoredLength), offset);
        if (!Count(header, offset) || !isWhole)
            return;
        if (header.Incompatible != 0)
            throw Unknown(offset, $"a feature (flags 0x{header.Incompatible:X4})");
        if (Closed && header.Type < FirstIgnorable)
        {
            Damage(offset, DamageCode.AfterEnd, "a frame stands behind the end of the trace", 0);
            return;
        }

        if (header.Type is < FrameType.Meta or (> FrameType.End and < FirstIgnorable))
            throw Unknown(offset, $"frame type {(int)header.Type}");
        Interpret(header, offset);
    }

    void See(in FrameHeader header, ReadOnlySpan<byte> payload, long offset)
    {
        _options.Seen?.Invoke(header, payload, offset);
        _seal?.See(header, payload, offset, Id);
    }

    /// <summary>Counts the frame's sequence number; false when the frame was there before.</summary>
    bool Count(in FrameHeader header, long offset)
    {
        if (header.Sequence < _nextSequence)
        {
            var isLate = _gaps.Has(header.Sequence);
            Damage(
                offset,
                DamageCode.Repeated,
                isLate
                    ? SequenceGaps.Late(header, _nextSequence - 1)
                    : $"frame {header.Sequence} comes again",
                0,
                isLate
            );
            return false;
        }

        if (header.Sequence > _nextSequence)
            _gaps.Add(_nextSequence, header.Sequence);

        _missing += header.Sequence - _nextSequence;
        _nextSequence = header.Sequence + 1L;
        return true;
    }

    /// <summary>Reports the frames that are missing before this one, and the events if it says how many came before.</summary>
    void ReportGap(long offset, long? eventsBefore)
    {
        if (_missing == 0)
            return;
        long? events = eventsBefore is { } before
            ? before > _nextOrdinal
                ? before - _nextOrdinal
                : 0
            : null;
        Damage(
            offset,
            DamageCode.Gap,
            _missing == 1
                ? "1 frame is missing"
                : FormattableString.Invariant($"{_missing:N0} frames are missing"),
            events
        );
        _nextOrdinal += events ?? 0;
        _missing = 0;
    }

    void Interpret(in FrameHeader header, long offset)
    {
        var reader = new MessagePackReader(_scanner.Payload.AsSpan(0, (int)header.StoredLength));
        try
        {
            if (header.Sequence == 0 && header.Type != FrameType.Meta)
                throw new MessagePackSerializationException("the first frame is not META");
            if (header.EventCount != 0 && header.Type is < FirstIgnorable and not FrameType.Data)
                throw new MessagePackSerializationException($"{header.EventCount} events outside DATA");
            if (header.Type is not (FrameType.Data or FrameType.End))
                ReportGap(offset, null);
            switch (header.Type)
            {
                case FrameType.Meta:
                    InterpretMeta(ref reader, header.Sequence, offset);
                    break;
                case FrameType.Data:
                    InterpretEvents(header, offset);
                    break;
                case FrameType.Process:
                    InterpretRecords(
                        ref reader,
                        offset,
                        RecordCodec.ReadProcess,
                        (o, r) => new ProcessItem(o, r)
                    );
                    break;
                case FrameType.Loss:
                    InterpretRecords(ref reader, offset, RecordCodec.ReadLoss, (o, r) => new LossItem(o, r));
                    break;
                case FrameType.End:
                    InterpretEnd(ref reader, offset);
                    break;
                case FrameType.Checkpoint:
                    InterpretCheckpoint(ref reader, offset);
                    break;
            }
        }
        catch (MessagePackSerializationException e)
        {
            Refuse(header, offset, e.Message);
        }
        catch (TraceFormatException e) when (e.Code == TraceFormatError.MalformedColumn)
        {
            Refuse(header, offset, e.Message);
        }
        catch (NotSupportedException e)
        {
            // What is missing before the frame is told before the frame is refused.
            ReportGap(offset, null);
            _refusal = Unknown(offset, e.Message);
        }
    }

    void InterpretMeta(ref MessagePackReader reader, uint sequence, long offset)
    {
        if (sequence != 0)
            throw new MessagePackSerializationException("META is not the first frame");
        var meta = RecordCodec.ReadMeta(ref reader, out var version);
        MustEnd(reader);
        if (version is not null && version != Version)
            Damage(16, DamageCode.Preamble, $"the preamble says version {Version}, META {version}", 0);
        _pending.Enqueue(new MetaItem(offset, meta));
    }

    void InterpretEnd(ref MessagePackReader reader, long offset)
    {
        var totals = RecordCodec.ReadTotals(ref reader, out var index);
        MustEnd(reader);
        ReportGap(offset, totals.Events);
        if (totals.Events != _nextOrdinal && !_damaged)
        {
            Damage(
                offset,
                DamageCode.Totals,
                FormattableString.Invariant(
                    $"END counts {totals.Events:N0} events, {_nextOrdinal:N0} are there"
                ),
                null
            );
        }

        _pending.Enqueue(new EndItem(offset, totals) { Index = index });
        Closed = true;
    }

    void InterpretCheckpoint(ref MessagePackReader reader, long offset)
    {
        var checkpoint = Checkpoint.Read(ref reader);
        MustEnd(reader);
        _pending.Enqueue(new CheckpointItem(offset, checkpoint));
    }

    void InterpretEvents(in FrameHeader header, long offset)
    {
        var count = header.EventCount;
        if (count == 0 || count > _options.MaxFrameEvents)
            throw new MessagePackSerializationException(
                FormattableString.Invariant($"a frame of {count:N0} events")
            );
        var payload = DataPayload.Read(_scanner.Payload, (int)header.StoredLength, header.RawLength);
        ReportGap(offset, payload.FirstOrdinal);
        if (payload.FirstOrdinal < _given || (payload.FirstOrdinal > _given && !_damaged))
            throw new MessagePackSerializationException("the frame's first ordinal is not the next one");
        if (payload.FirstTime < _lastTime)
            throw new MessagePackSerializationException(
                "the frame begins before the end of the one before it"
            );
        var summary = new FrameSummary(
            header.Sequence,
            payload.FirstOrdinal,
            (int)count,
            payload.FirstTime,
            payload.LastTime,
            payload.Names,
            header.StoredLength + FrameHeader.Length,
            header.RawLength
        )
        {
            ClockOffset = payload.ClockOffset,
        };
        DataFrame? frame = null;
        if (_options.Wanted is not { } wanted || payload.Names.Any(wanted))
        {
            frame = new DataFrame(summary, payload.Columns, offset, _options);
            if (_options.Validate)
                frame.Validate();
            _scanner.LeavePayload();
        }

        // What a refused frame says of itself binds no frame behind it.
        _lastTime = payload.LastTime;
        _nextOrdinal = _given = payload.FirstOrdinal + count;
        _pending.Enqueue(new EventsItem(offset, summary, frame));
    }

    void InterpretRecords<T>(
        ref MessagePackReader reader,
        long offset,
        RecordReader<T> read,
        Func<long, T, TraceItem> item
    )
    {
        var items = new List<TraceItem>();
        var left = reader.ReadArrayHeader();
        if (left > _options.MaxFrameRecords)
            throw new MessagePackSerializationException(
                FormattableString.Invariant($"{left:N0} records, more than the limit")
            );
        for (; left > 0; left--)
            items.Add(item(offset, read(ref reader)));
        MustEnd(reader);
        foreach (var one in items)
            _pending.Enqueue(one);
    }

    static void MustEnd(MessagePackReader reader)
    {
        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind the content");
    }

    /// <summary>A frame whose checksums hold and whose content cannot be used.</summary>
    void Refuse(in FrameHeader header, long offset, string why)
    {
        ReportGap(offset, null);
        Damage(offset, DamageCode.Malformed, $"a frame breaks the format: {why}", header.LostEvents);
    }

    void Damage(long offset, DamageCode code, string message, long? events) =>
        Damage(offset, code, message, events, _scanner.IsOtherTrace);

    void Damage(long offset, DamageCode code, string message, long? events, bool isUnread)
    {
        _damaged = true;
        // Behind END no frame of the trace is missing where bytes are none.
        if (Closed && code == DamageCode.NoFrame)
            (code, events) = (DamageCode.AfterEnd, 0);
        if (code is DamageCode.Payload or DamageCode.Limit or DamageCode.Truncated or DamageCode.Malformed)
            _nextOrdinal += events ?? 0;
        _pending.Enqueue(
            new DamageItem(offset, code, message, events)
            {
                IsIgnorable = _type >= FirstIgnorable && code is not DamageCode.Gap,
                IsUnread = isUnread,
            }
        );
    }

    static TraceFormatException Unknown(long offset, string what) =>
        new(
            TraceFormatError.UnknownFeature,
            offset,
            $"the trace needs {what}, which this program does not know"
        );

    delegate T RecordReader<T>(ref MessagePackReader reader);
}
