using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// A frame of a trace. A column is inflated when it is first asked for. One thread at a time may read a frame.
/// Every member throws <see cref="TraceFormatException"/> (<see cref="TraceFormatError.MalformedColumn"/>) where a
/// column breaks the format although the frame's checksums hold; <see cref="Validate"/> looks at all columns at once.
/// </summary>
public sealed class DataFrame : EventFrame
{
    readonly FrameColumns _columns;
    readonly long _offset;
    readonly TraceReaderOptions _options;
    readonly bool _hasCallers;
    FrameShapes? _shapes;
    ushort[]? _shapeColumn;
    int[]? _shapeCounts;
    ushort[]? _ranks;
    long[]? _times;
    FrameDictionary? _dictionary;
    PackedColumn?[]? _arguments;
    (int Process, int Pid, long Thread)[]? _threads;
    PackedColumn? _threadColumn;
    Caller[]? _callers;
    PackedColumn? _callerColumn;

    internal DataFrame(FrameSummary summary, FrameColumns columns, long offset, TraceReaderOptions options)
    {
        _options = options;
        Summary = summary;
        _columns = columns;
        _offset = offset;
        _hasCallers = columns.Has(ColumnId.Callers) || columns.Has(ColumnId.CallerColumn);
    }

    /// <summary>What is known of the frame without inflating a column.</summary>
    public FrameSummary Summary { get; }

    /// <summary>How its columns are compressed: the strongest of their codecs.</summary>
    internal ColumnCodec Codec => _columns.Codec;

    /// <inheritdoc/>
    public override int Count => Summary.Count;

    /// <inheritdoc/>
    public override long FirstTime => Summary.FirstTime;

    /// <inheritdoc/>
    public override long LastTime => Summary.LastTime;

    /// <inheritdoc/>
    public override ReadOnlySpan<EventShape> Shapes => Table.Shapes;

    /// <inheritdoc/>
    public override ReadOnlySpan<ushort> ShapeColumn => Rows;

    /// <inheritdoc/>
    public override int DictionaryCount => Dictionary.Count;

    FrameShapes Table =>
        _shapes ??= Guard(ColumnId.Shapes, raw => new FrameShapes(raw, Summary.Names, _options.MaxShapes));

    ushort[] Rows => _shapeColumn ??= ReadShapeColumn();

    FrameDictionary Dictionary =>
        _dictionary ??= Guard(
            ColumnId.Dictionary,
            raw => new FrameDictionary(raw, _options.MaxDictionaryEntries, _options.MaxDepth)
        );

    (int Process, int Pid, long Thread)[] Threads => _threads ??= Guard(ColumnId.Threads, ReadThreads);

    /// <inheritdoc/>
    public override string GetName(int row) => Table.Shapes[Rows[row]].Name;

    /// <inheritdoc/>
    public override int GetArgumentCount(int row) => Table.ColumnsOf(Rows[row]).Length;

    /// <inheritdoc/>
    public override Value GetArgument(int row, int index)
    {
        var shape = Rows[row];
        var columns = Table.ColumnsOf(shape);
        if ((uint)index >= (uint)columns.Length)
            return default;
        var kind = Table.Shapes[shape].Arguments[index];
        if (kind <= ValueKind.True)
            return kind == ValueKind.Nil ? default : Value.Bool(kind == ValueKind.True);
        var cell = Argument(columns[index], shape)[Ranks()[row]];
        if (kind == ValueKind.Int)
            return Value.Int(cell);
        if (kind == ValueKind.Float)
            return Value.Float(BitConverter.Int64BitsToDouble(cell));
        return GetDictionaryValue(Id(cell, columns[index], kind));
    }

    /// <inheritdoc/>
    public override int GetDictionaryId(int row, int index)
    {
        var shape = Rows[row];
        var columns = Table.ColumnsOf(shape);
        if ((uint)index >= (uint)columns.Length)
            return -1;
        var kind = Table.Shapes[shape].Arguments[index];
        return kind <= ValueKind.Float
            ? -1
            : Id(Argument(columns[index], shape)[Ranks()[row]], columns[index], kind);
    }

    /// <inheritdoc/>
    public override Value GetDictionaryValue(int id)
    {
        try
        {
            return Dictionary[id];
        }
        catch (MessagePackSerializationException)
        {
            throw Malformed(ColumnId.Dictionary);
        }
    }

    /// <inheritdoc/>
    public override long GetTime(int row) => (_times ??= ReadTimes())[row];

    /// <inheritdoc/>
    public override long GetOrdinal(int row) => Summary.FirstOrdinal + row;

    /// <inheritdoc/>
    public override int GetProcess(int row) => ThreadOf(row).Process;

    /// <inheritdoc/>
    public override int GetPid(int row) => ThreadOf(row).Pid;

    /// <inheritdoc/>
    public override long GetThread(int row) => ThreadOf(row).Thread;

    /// <inheritdoc/>
    public override Caller? GetCaller(int row)
    {
        if (!_hasCallers)
            return null;
        _callers ??= Guard(ColumnId.Callers, ReadCallers);
        var id = (_callerColumn ??= ReadPacked(ColumnId.CallerColumn, Count))[row];
        if (id < 0 || id > _callers.Length)
            throw Malformed(ColumnId.CallerColumn);
        return id == 0 ? null : _callers[id - 1];
    }

    /// <summary>The highest ordinal of a process that the frame knows of; -1 for none.</summary>
    internal int MaxProcess() => Threads.Select(t => t.Process).DefaultIfEmpty(-1).Max();

    /// <summary>
    /// Looks at every column once, so that nothing in the frame can be found malformed later. It inflates all columns and
    /// makes few values, and so costs a small part of reading them.
    /// </summary>
    /// <exception cref="TraceFormatException">A column breaks the format.</exception>
    public void Validate()
    {
        if (_columns.CountFrom(ColumnId.FirstArgument) != Table.ColumnCount)
            throw Malformed(ColumnId.FirstArgument);
        _ = Rows;
        var kinds = Kinds();
        for (var shape = 0; shape < Table.Shapes.Length; shape++)
            ValidateArguments(shape, kinds);
        _ = GetTime(0);
        for (var row = 0; row < Count; row++)
        {
            var thread = ThreadOf(row);
            if (row > 0 && _times![row] == _times[row - 1] && thread.Process < ThreadOf(row - 1).Process)
                throw Malformed(ColumnId.ThreadColumn);
            GetCaller(row);
        }
    }

    ValueKind[] Kinds()
    {
        try
        {
            return Dictionary.Kinds();
        }
        catch (MessagePackSerializationException)
        {
            throw Malformed(ColumnId.Dictionary);
        }
    }

    void ValidateArguments(int shape, ValueKind[] kinds)
    {
        var columns = Table.ColumnsOf(shape);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] < 0)
                continue;
            var cells = Argument(columns[i], shape);
            var kind = Table.Shapes[shape].Arguments[i];
            if (kind <= ValueKind.Float)
                continue;
            for (var rank = 0; rank < _shapeCounts![shape]; rank++)
            {
                var id = cells[rank];
                if ((ulong)id >= (ulong)kinds.Length || kinds[id] != kind)
                    throw Malformed(ColumnId.FirstArgument + columns[i]);
            }
        }
    }

    ushort[] ReadShapeColumn()
    {
        var shapes = Table.Shapes.Length;
        var raw = _columns.Inflate(ColumnId.ShapeColumn) ?? throw Malformed(ColumnId.ShapeColumn);
        var rows = GC.AllocateUninitializedArray<ushort>(Count);
        if (raw.Length != (shapes > 256 ? Count * 2L : Count))
            throw Malformed(ColumnId.ShapeColumn);
        if (shapes > 256)
        {
            for (var i = 0; i < rows.Length; i++)
                rows[i] = BinaryPrimitives.ReadUInt16LittleEndian(raw.AsSpan(2 * i));
        }
        else
        {
            Widen(raw, rows);
        }

        var counts = new int[shapes];
        foreach (var shape in rows)
        {
            if (shape >= counts.Length)
                throw Malformed(ColumnId.ShapeColumn);
            counts[shape]++;
        }

        _shapeCounts = counts;
        return rows;
    }

    static void Widen(ReadOnlySpan<byte> from, Span<ushort> to)
    {
        var i = 0;
        var lanes = System.Numerics.Vector<byte>.Count;
        for (; i + lanes <= from.Length; i += lanes)
        {
            System.Numerics.Vector.Widen(
                new System.Numerics.Vector<byte>(from[i..]),
                out var low,
                out var high
            );
            low.CopyTo(to[i..]);
            high.CopyTo(to[(i + (lanes / 2))..]);
        }

        for (; i < from.Length; i++)
            to[i] = from[i];
    }

    // A row's rank among the rows of its shape: where its cells stand. A frame has at most 65,536 rows.
    ushort[] Ranks()
    {
        if (_ranks is not null)
            return _ranks;
        var rows = Rows;
        var ranks = GC.AllocateUninitializedArray<ushort>(rows.Length);
        var next = new int[Table.Shapes.Length];
        for (var row = 0; row < rows.Length; row++)
            ranks[row] = (ushort)next[rows[row]]++;
        return _ranks = ranks;
    }

    PackedColumn Argument(int column, int shape)
    {
        _arguments ??= new PackedColumn?[Table.ColumnCount];
        return _arguments[column] ??= ReadPacked(ColumnId.FirstArgument + column, _shapeCounts![shape]);
    }

    // The kind too: a value of another one would answer a condition otherwise than what the shape promises (T32).
    int Id(long cell, int column, ValueKind kind) =>
        (ulong)cell < (ulong)Dictionary.Count && KindOf((int)cell) == kind
            ? (int)cell
            : throw Malformed(ColumnId.FirstArgument + column);

    ValueKind KindOf(int id)
    {
        try
        {
            return Dictionary.KindOf(id);
        }
        catch (MessagePackSerializationException)
        {
            throw Malformed(ColumnId.Dictionary);
        }
    }

    long[] ReadTimes()
    {
        var raw = _columns.Inflate(ColumnId.Times);
        return raw is not null && TimeColumn.TryRead(raw, Count, FirstTime, LastTime, out var times)
            ? times
            : throw Malformed(ColumnId.Times);
    }

    (int Process, int Pid, long Thread) ThreadOf(int row)
    {
        var threads = Threads;
        var index = (_threadColumn ??= ReadPacked(ColumnId.ThreadColumn, Count))[row];
        return (ulong)index < (ulong)threads.Length ? threads[index] : throw Malformed(ColumnId.ThreadColumn);
    }

    static (int Process, int Pid, long Thread)[] ReadThreads(byte[] raw)
    {
        var reader = new MessagePackReader(raw);
        var threads = new (int, int, long)[reader.ReadArrayHeader()];
        for (var i = 0; i < threads.Length; i++)
        {
            if (reader.ReadArrayHeader() != 3)
                throw new MessagePackSerializationException("a thread is not of 3 fields");
            threads[i] = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64());
        }

        return reader.End ? threads : throw new MessagePackSerializationException("bytes behind the threads");
    }

    Caller[] ReadCallers(byte[] raw)
    {
        var reader = new MessagePackReader(raw);
        var callers = new Caller[reader.ReadArrayHeader()];
        for (var i = 0; i < callers.Length; i++)
        {
            if (reader.ReadArrayHeader() != 3)
                throw new MessagePackSerializationException("a caller is not of 3 fields");
            var file = Text(reader.ReadUInt32());
            var line = reader.ReadInt32();
            callers[i] = new Caller(file, line, Text(reader.ReadUInt32()));
        }

        return reader.End ? callers : throw new MessagePackSerializationException("bytes behind the callers");
    }

    string Text(uint id)
    {
        if (id >= Dictionary.Count || Dictionary[(int)id] is not { Kind: ValueKind.Str } text)
            throw new MessagePackSerializationException("a caller's text is not in the dictionary");
        return text.AsText!;
    }

    PackedColumn ReadPacked(int id, int rows) =>
        (_columns.Inflate(id) is { } raw ? PackedColumn.Read(raw, rows) : null) ?? throw Malformed(id);

    T Guard<T>(int id, Func<byte[], T> read)
    {
        try
        {
            return read(_columns.Inflate(id) ?? throw Malformed(id));
        }
        catch (MessagePackSerializationException)
        {
            throw Malformed(id);
        }
    }

    TraceFormatException Malformed(int id) =>
        new(
            TraceFormatError.MalformedColumn,
            _offset,
            $"column {id} of the frame breaks the format although its checksum holds"
        );
}
