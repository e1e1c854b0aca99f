using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// Reads a trace from its first byte to its last (docs/spec/trace.md), in memory that one frame bounds. Damage is an item
/// and reading goes on behind it. Not safe for several threads at once.
/// </summary>
public sealed class TraceReader : IDisposable
{
    readonly TraceInput _input;
    readonly Stream _stream;
    readonly TraceReaderOptions _options;
    readonly Queue<TraceItem> _pending = new();
    UInt128 _traceId;
    bool _confirmed;
    byte[] _scratch = [];
    long _nextSequence;
    long _missing;
    long _nextOrdinal;
    long _lastTime = long.MinValue;
    bool _damaged;
    bool _done;

    /// <summary>Reads the preamble.</summary>
    /// <param name="input">The trace; disposed with the reader unless the options say otherwise.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="TraceFormatException">The stream is no trace, or of a newer major version.</exception>
    public TraceReader(Stream input, TraceReaderOptions? options = null)
    {
        _options = options ?? new TraceReaderOptions();
        _stream = input;
        _input = new TraceInput(input);
        var (major, minor, traceId) = Preamble.Read(_input.Peek(Preamble.Length));
        _input.Advance(Preamble.Length);
        Version = new Version(major, minor);
        _traceId = traceId;
    }

    /// <summary>The format's version.</summary>
    public Version Version { get; }

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public string TraceId => _traceId.ToString("x32", null);

    /// <summary>True once END was read: the trace was closed by its writer.</summary>
    public bool Closed { get; private set; }

    /// <summary>The next item; null at the end.</summary>
    /// <exception cref="TraceFormatException">A frame needs what this reader does not know.</exception>
    public TraceItem? Read()
    {
        while (_pending.Count == 0 && !_done)
            ReadFrame();
        return _pending.TryDequeue(out var item) ? item : null;
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
        if (!_options.LeaveOpen)
            _stream.Dispose();
    }

    void ReadFrame()
    {
        var offset = _input.Position;
        var bytes = _input.Peek(FrameHeader.Length);
        if (bytes.IsEmpty)
        {
            _done = true;
            return;
        }

        if (Closed)
        {
            Damage(offset, DamageCode.AfterEnd, "there are bytes behind the end of the trace", 0);
            _done = true;
            return;
        }

        if (!FrameHeader.TryRead(bytes, out var header))
        {
            Resynchronise(offset, bytes.Length < FrameHeader.Length && IsCutHeader(bytes));
            return;
        }

        if (!Believe(header, offset))
        {
            Resynchronise(offset, false);
            return;
        }

        _input.Advance(FrameHeader.Length);
        if (header.StoredLength > header.RawLength || header.RawLength > _options.MaxRawLength)
        {
            Damage(offset, DamageCode.Limit, $"a frame of {header.RawLength} bytes", header.EventCount);
            _input.Skip(header.StoredLength);
            Count(header, offset);
            return;
        }

        if (!ReadPayload(header, offset) || !Count(header, offset))
            return;
        if (header.Incompatible != 0)
            throw Unknown(offset, $"a feature (flags 0x{header.Incompatible:X4})");
        Interpret(header, offset);
    }

    static bool IsCutHeader(ReadOnlySpan<byte> bytes) =>
        FrameHeader.Mark.StartsWith(bytes[..Math.Min(bytes.Length, FrameHeader.Mark.Length)]);

    /// <summary>Whether the frame is of this trace. The first one, where it must stand, can correct the preamble.</summary>
    bool Believe(in FrameHeader header, long offset)
    {
        if (header.TraceId == _traceId)
        {
            _confirmed = true;
            return true;
        }

        if (_confirmed || offset != Preamble.Length || header.Sequence != 0)
            return false;
        Damage(20, DamageCode.Preamble, "the preamble's trace id is not that of the first frame", 0);
        _traceId = header.TraceId;
        _confirmed = true;
        return true;
    }

    bool ReadPayload(in FrameHeader header, long offset)
    {
        var length = (int)header.StoredLength;
        if (_scratch.Length < length)
            _scratch = GC.AllocateUninitializedArray<byte>(length);
        var payload = _scratch.AsSpan(0, length);
        var read = _input.Read(payload);
        if (read == length && Crc32C.Compute(payload) == header.PayloadCrc)
            return true;

        var next = _input.Peek(FrameHeader.Length);
        if (
            read == length
            && (
                next.IsEmpty
                || (FrameHeader.TryRead(next, out var following) && following.TraceId == _traceId)
            )
        )
        {
            // The frame's borders stand: it alone is lost, and how many events it had is known.
            Damage(offset, DamageCode.Payload, "a frame's payload is damaged", header.EventCount);
            Count(header, offset);
            return false;
        }

        // Bytes are missing or too many: the next frame may begin anywhere behind this header.
        _input.Unread(payload[..read]);
        Damage(
            offset,
            read == length ? DamageCode.Payload : DamageCode.Truncated,
            read == length ? "a frame's payload is damaged" : "the file ends within a frame",
            header.EventCount
        );
        Count(header, offset);
        FindFrame();
        return false;
    }

    /// <summary>Counts the frame's sequence number; false when the frame was there before.</summary>
    bool Count(in FrameHeader header, long offset)
    {
        if (header.Sequence < _nextSequence)
        {
            Damage(offset, DamageCode.Repeated, $"frame {header.Sequence} comes again", 0);
            return false;
        }

        _missing += header.Sequence - _nextSequence;
        _nextSequence = header.Sequence + 1L;
        return true;
    }

    /// <summary>Reports the frames that are missing before this one, and the events if it says how many came before.</summary>
    void ReportGap(long offset, long? eventsBefore)
    {
        if (_missing == 0)
            return;
        long? events = eventsBefore is { } before ? Math.Max(0, before - _nextOrdinal) : null;
        Damage(offset, DamageCode.Gap, $"{_missing} frames are missing", events);
        _nextOrdinal += events ?? 0;
        _missing = 0;
    }

    void Resynchronise(long offset, bool headerCut)
    {
        _input.Advance(1);
        if (FindFrame())
            Damage(
                offset,
                DamageCode.NoFrame,
                $"{_input.Position - offset} bytes are no frame of this trace",
                null
            );
        else if (headerCut)
            Damage(offset, DamageCode.Truncated, "the file ends within a frame", null);
        else
            Damage(
                offset,
                DamageCode.NoFrame,
                "from here to its end the file holds no frame of this trace",
                null
            );
    }

    /// <summary>Goes to the next believable header, or to the end of the file.</summary>
    bool FindFrame()
    {
        while (true)
        {
            var window = _input.Peek(64 * 1024);
            var at = window.IndexOf(FrameHeader.Mark);
            if (at < 0)
            {
                if (window.Length < 64 * 1024)
                {
                    _input.Advance(window.Length);
                    return false;
                }

                _input.Advance(window.Length - FrameHeader.Mark.Length + 1);
                continue;
            }

            _input.Advance(at);
            if (
                FrameHeader.TryRead(_input.Peek(FrameHeader.Length), out var header)
                && header.TraceId == _traceId
            )
                return true;
            _input.Advance(1);
        }
    }

    void Interpret(in FrameHeader header, long offset)
    {
        var reader = new MessagePackReader(_scratch.AsSpan(0, (int)header.StoredLength));
        try
        {
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
                case < (FrameType)0x80:
                    throw Unknown(offset, $"frame type {(int)header.Type}");
            }

            if (header.Sequence == 0 && header.Type != FrameType.Meta)
                throw new MessagePackSerializationException("the first frame is not META");
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
            throw Unknown(offset, e.Message);
        }
    }

    void InterpretMeta(ref MessagePackReader reader, uint sequence, long offset)
    {
        if (sequence != 0)
            throw new MessagePackSerializationException("META is not the first frame");
        var meta = RecordCodec.ReadMeta(ref reader, out var version);
        if (version is not null && version != Version)
            Damage(16, DamageCode.Preamble, $"the preamble says version {Version}, META {version}", 0);
        MustEnd(reader);
        _pending.Enqueue(new MetaItem(offset, meta));
    }

    void InterpretEnd(ref MessagePackReader reader, long offset)
    {
        var totals = RecordCodec.ReadTotals(ref reader);
        MustEnd(reader);
        ReportGap(offset, totals.Events);
        if (totals.Events != _nextOrdinal && !_damaged)
        {
            Damage(
                offset,
                DamageCode.Totals,
                $"END counts {totals.Events} events, {_nextOrdinal} are there",
                null
            );
        }

        _pending.Enqueue(new EndItem(offset, totals));
        Closed = true;
    }

    void InterpretEvents(in FrameHeader header, long offset)
    {
        var count = header.EventCount;
        if (count is 0 or > TraceFormat.MaxFrameEvents)
            throw new MessagePackSerializationException($"a frame of {count} events");
        var payload = DataPayload.Read(_scratch, (int)header.StoredLength, header.RawLength);
        ReportGap(offset, payload.FirstOrdinal);
        if (payload.FirstOrdinal < _nextOrdinal || (payload.FirstOrdinal > _nextOrdinal && !_damaged))
            throw new MessagePackSerializationException("the frame's first ordinal is not the next one");
        if (payload.FirstTime < _lastTime)
            throw new MessagePackSerializationException(
                "the frame begins before the end of the one before it"
            );
        _lastTime = payload.LastTime;
        var summary = new FrameSummary(
            header.Sequence,
            payload.FirstOrdinal,
            (int)count,
            payload.FirstTime,
            payload.LastTime,
            payload.Names,
            header.StoredLength + FrameHeader.Length,
            header.RawLength
        );
        DataFrame? frame = null;
        if (_options.Wanted is not { } wanted || payload.Names.Any(wanted))
        {
            frame = new DataFrame(summary, payload.Columns, offset);
            if (_options.Validate)
                frame.Validate();
            // The frame keeps the payload; the next one gets bytes of its own.
            _scratch = [];
        }

        _nextOrdinal = payload.FirstOrdinal + count;
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
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
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
        Damage(offset, DamageCode.Malformed, $"a frame breaks the format: {why}", header.EventCount);
    }

    void Damage(long offset, DamageCode code, string message, long? events)
    {
        _damaged = true;
        if (code is DamageCode.Payload or DamageCode.Limit or DamageCode.Truncated or DamageCode.Malformed)
            _nextOrdinal += events ?? 0;
        _pending.Enqueue(new DamageItem(offset, code, message, events));
    }

    static TraceFormatException Unknown(long offset, string what) =>
        new(
            TraceFormatError.UnknownFeature,
            offset,
            $"the trace needs {what}, which this program does not know"
        );

    delegate T RecordReader<T>(ref MessagePackReader reader);
}
