using System.Buffers.Binary;
using System.Security.Cryptography;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// Writes a trace (docs/spec/trace.md). Events come in the order of their times; records come whenever they are known and
/// are written in front of the events that are still in memory. Not safe for several threads at once.
/// Without <see cref="Complete"/> the trace counts as not closed.
/// </summary>
public sealed class TraceWriter : IDisposable
{
    const int MaxLostName = 200;
    const int MaxOwnLosses = 64;
    const int CheckpointEvery = 64;

    // The headers of the frames of what is in memory, END and two CHECKPOINTs.
    const int EndAtMost = 4096;

    readonly Stream _output;
    readonly TraceWriterOptions _options;
    readonly UInt128 _traceId;
    readonly FrameBuilder _frame;
    readonly FramePacker _packer;
    readonly RecordBuffer _processes = new();
    readonly RecordBuffer _losses = new();
    readonly IndexBuilder _index = new();
    readonly long _clockOffset;
    readonly List<LossRecord> _ownLosses = [];
    readonly ByteBuffer _payload = new();
    readonly byte[] _header = new byte[FrameHeader.Length];
    readonly MerkleTree? _tree;
    int _dataFrames;
    long _lastTime = long.MinValue;
    long _position = Preamble.Length;
    uint _sequence;
    bool _completed;
    bool _disposed;

    /// <summary>Begins a trace: the preamble and META are written at once.</summary>
    /// <param name="output">Where the trace goes; disposed with the writer unless the options say otherwise.</param>
    /// <param name="meta">What the trace says of its recording; its two clocks relate times to each other.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or META is larger than a frame.</exception>
    public TraceWriter(Stream output, TraceMeta meta, TraceWriterOptions? options = null)
    {
        _output = output;
        _options = options ?? new TraceWriterOptions();
        if (_options.FrameEvents is < 1 or > TraceFormat.MaxFrameEvents)
            throw new ArgumentException("FrameEvents is out of its range", nameof(options));
        if (_options.RawLength is < 4096 or > TraceFormat.MaxRawLength)
            throw new ArgumentException("RawLength is out of its range", nameof(options));
        if (!ColumnCodecs.IsKnown(_options.Codec))
            throw new ArgumentException("Codec is not known", nameof(options));
        _traceId =
            _options.TraceId ?? BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));
        _frame = new FrameBuilder(_options.RawLength);
        _clockOffset = unchecked(meta.WallClock - meta.MonotonicClock);
        _packer = new FramePacker(_clockOffset) { Codec = _options.Codec };

        Span<byte> preamble = stackalloc byte[Preamble.Length];
        Preamble.Write(preamble, _traceId);
        _output.Write(preamble);
        if (_options.Checkpoints)
        {
            _tree = new MerkleTree();
            _tree.Add(preamble, []);
        }

        var writer = new MessagePackWriter(_payload);
        RecordCodec.Write(ref writer, meta);
        writer.Flush();
        if (_payload.Length > TraceFormat.MaxRawLength)
            throw new ArgumentException("META is larger than a frame", nameof(meta));
        WriteFrame(FrameType.Meta, 0, _payload.Written, (uint)_payload.Length);
    }

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public string TraceId => _traceId.ToString("x32", null);

    /// <summary>How many events were added and not lost.</summary>
    public long Events { get; private set; }

    /// <summary>How many events the writer itself lost: too large for a frame, or too late.</summary>
    public long Lost { get; private set; }

    /// <summary>
    /// How many bytes the trace has at most, were it completed now: what is in memory does not grow by being
    /// compressed.
    /// </summary>
    public long LengthAtMost =>
        _position
        + _frame.LengthAtMost
        + _processes.Length
        + _losses.Length
        + _index.Bound
        + _frame.NameBytes
        + (_ownLosses.Count * (long)MaxLostName * 2)
        + EndAtMost;

    /// <summary>How the columns of the frame in memory, and of later ones, are compressed.</summary>
    internal ColumnCodec Codec
    {
        set => _packer.Codec = value;
    }

    /// <summary>The head of the tree of all that was written before the last CHECKPOINT (T55); null before there is
    /// one.</summary>
    public TraceHead? Head { get; private set; }

    /// <summary>
    /// Adds an event. One that is larger than a frame is lost (reason <c>oversize</c>), and so is one that is earlier
    /// than the last event of a frame that was written (<c>late</c>); within a frame events are put in order.
    /// </summary>
    /// <exception cref="ArgumentException">A value is nested deeper than 64, an integer has more than 4,096 bytes, or
    /// text has a lone surrogate; nothing was added.</exception>
    /// <exception cref="InvalidOperationException">The trace is complete.</exception>
    public void Add(EventView e)
    {
        ThrowIfCompleted();
        if (e.Time < _lastTime)
        {
            Lose(e, "late");
            return;
        }

        if (_frame.Count == _options.FrameEvents)
            WriteEvents();
        if (!_frame.TryAdd(e))
        {
            WriteEvents();
            if (e.Time < _lastTime)
            {
                Lose(e, "late");
                return;
            }

            if (!_frame.TryAdd(e))
            {
                Lose(e, "oversize");
                return;
            }
        }

        Events++;
    }

    /// <summary>Adds what is known of a process; it will stand before the events that are still in memory.</summary>
    /// <exception cref="ArgumentException">It is larger than a frame, or text has a lone surrogate.</exception>
    /// <exception cref="InvalidOperationException">The trace is complete.</exception>
    public void Add(ProcessRecord record)
    {
        ThrowIfCompleted();
        Add(FrameType.Process, _processes, record, RecordCodec.Write);
    }

    /// <summary>Adds a loss; it will stand before the events that are still in memory.</summary>
    /// <exception cref="ArgumentException">It is larger than a frame, or text has a lone surrogate.</exception>
    /// <exception cref="InvalidOperationException">The trace is complete.</exception>
    public void Add(LossRecord record)
    {
        ThrowIfCompleted();
        Add(FrameType.Loss, _losses, record, RecordCodec.Write);
    }

    /// <summary>Writes what is still in memory, so that a reader of the file sees it.</summary>
    public void Flush()
    {
        WriteEvents();
        _output.Flush();
    }

    /// <summary>
    /// Closes the trace with END. The number of events is the writer's own, and what the writer lost is added to what
    /// the caller says was lost.
    /// </summary>
    /// <exception cref="InvalidOperationException">The trace is complete already.</exception>
    public void Complete(TraceTotals totals)
    {
        ThrowIfCompleted();
        WriteEvents();
        var index = WriteIndex();
        _payload.Length = 0;
        var writer = new MessagePackWriter(_payload);
        RecordCodec.Write(ref writer, totals with { Events = Events, Lost = totals.Lost + Lost }, index);
        writer.Flush();
        WriteFrame(FrameType.End, 0, _payload.Written, (uint)_payload.Length);
        WriteCheckpoint();
        _tree?.Dispose();
        _completed = true;
        _output.Flush();
    }

    /// <summary>Writes what is still in memory; without <see cref="Complete"/> the trace stays unclosed.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            if (!_completed)
                Flush();
        }
        finally
        {
            _tree?.Dispose();
            if (!_options.LeaveOpen)
                _output.Dispose();
        }
    }

    void ThrowIfCompleted()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_completed)
            throw new InvalidOperationException("the trace is complete");
    }

    void Lose(EventView e, string reason)
    {
        Lost++;
        var name = e.Name.Length <= MaxLostName && StrictUtf8.IsValid(e.Name) ? e.Name : "";
        for (var i = 0; i < _ownLosses.Count; i++)
        {
            var known = _ownLosses[i];
            if (known.Reason != reason || known.Process != e.Process || known.Events[0].Key != name)
                continue;
            _ownLosses[i] = known with
            {
                Count = known.Count + 1,
                From = Math.Min(known.From, e.Time),
                To = Math.Max(known.To, e.Time),
                Events = [new(name, known.Count + 1)],
            };
            return;
        }

        _ownLosses.Add(new LossRecord(e.Process, reason, 1, e.Time, e.Time, [new(name, 1)]));
        if (_ownLosses.Count == MaxOwnLosses)
            WriteRecords();
    }

    void WriteEvents()
    {
        WriteRecords();
        if (_frame.Count == 0)
            return;
        var count = _frame.Count;
        var payload = _packer.Pack(_frame, Events - count, out var rawLength);
        _lastTime = _frame.Rows()[^1].Time;
        _index.Add(
            new IndexEntry(
                _position,
                _sequence,
                Events - count,
                (uint)count,
                unchecked(_frame.Rows()[0].Time - _clockOffset),
                unchecked(_lastTime - _clockOffset),
                -1
            ),
            _frame.Names.Keys
        );
        WriteFrame(FrameType.Data, (uint)count, payload, rawLength);
        _frame.Clear();
        if (++_dataFrames % CheckpointEvery == 0)
            WriteCheckpoint();
    }

    void WriteCheckpoint()
    {
        if (_tree is null)
            return;
        Head = TraceHead.Of(_tree);
        _payload.Length = 0;
        var writer = new MessagePackWriter(_payload);
        Checkpoint.Of(_traceId, _tree).Write(ref writer);
        writer.Flush();
        WriteFrame(FrameType.Checkpoint, 0, _payload.Written, (uint)_payload.Length);
    }

    /// <summary>Where INDEX stands; 0 when none is written.</summary>
    long WriteIndex()
    {
        var at = _position;
        if (!_index.TryWrite(_payload))
            return 0;
        WriteFrame(FrameType.Index, 0, _payload.Written, (uint)_payload.Length);
        return at;
    }

    void WriteRecords()
    {
        foreach (var loss in _ownLosses)
            Add(FrameType.Loss, _losses, loss, RecordCodec.Write);
        _ownLosses.Clear();
        WriteRecords(FrameType.Process, _processes);
        WriteRecords(FrameType.Loss, _losses);
    }

    void Add<T>(FrameType type, RecordBuffer records, T record, RecordWriter<T> write)
    {
        _payload.Length = 0;
        var writer = new MessagePackWriter(_payload);
        write(ref writer, record);
        writer.Flush();
        if (_payload.Length > _options.RawLength - RecordBuffer.HeaderLength)
            throw new ArgumentException("the record is larger than a frame", nameof(record));
        if (!records.TryAdd(_payload.Written, _options.RawLength))
        {
            WriteRecords(type, records);
            records.TryAdd(_payload.Written, _options.RawLength);
        }
    }

    void WriteRecords(FrameType type, RecordBuffer records)
    {
        if (records.Count == 0)
            return;
        var payload = records.Take();
        WriteFrame(type, 0, payload, (uint)payload.Length);
    }

    void WriteFrame(FrameType type, uint events, ReadOnlySpan<byte> payload, uint rawLength)
    {
        new FrameHeader(
            type,
            0,
            0,
            _sequence++,
            _traceId,
            events,
            rawLength,
            (uint)payload.Length,
            Crc32C.Compute(payload)
        ).Write(_header);
        _output.Write(_header);
        _output.Write(payload);
        _position += FrameHeader.Length + payload.Length;
        _tree?.Add(_header, payload);
    }

    delegate void RecordWriter<T>(ref MessagePackWriter writer, T record);
}
