using System.Runtime.InteropServices;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Collects the events of one DATA frame and makes its columns.</summary>
sealed class FrameBuilder
{
    // Upper bounds of what one thing adds to the payload before compression.
    const int RowBytes = 10 + 2 + 4 + 4;
    const int CellBytes = 8;
    const int ArgumentColumnBytes = 32;
    const int EntryBytes = 32;
    const int FixedBytes = 512;

    readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    readonly Dictionary<byte[], int> _shapeIds = new(ByteArrayComparer.Instance);
    readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _shapeLookup;
    readonly Dictionary<(int Process, int Pid, long Thread), int> _threadIds = [];
    readonly Dictionary<Caller, int> _callerIds = [];
    readonly DictionaryBuilder _dictionary = new();
    readonly List<byte[]> _shapes = [];
    readonly List<(int Process, int Pid, long Thread)> _threads = [];
    readonly List<(int File, int Line, int Function)> _callers = [];
    readonly List<Row> _rows = [];
    readonly List<long> _cells = [];
    readonly int _limit;
    long _bytes;
    bool _ordered = true;

    public FrameBuilder(int rawLimit)
    {
        _limit = rawLimit;
        _shapeLookup = _shapeIds.GetAlternateLookup<ReadOnlySpan<byte>>();
        Clear();
    }

    public int Count => _rows.Count;

    /// <summary>The most bytes that the payload can have.</summary>
    public long LengthAtMost => _bytes;

    /// <summary>The bytes of the distinct names.</summary>
    public long NameBytes { get; private set; }

    public DictionaryBuilder Dictionary => _dictionary;

    public IReadOnlyDictionary<string, int> Names => _names;

    /// <summary>The shapes in order: 4 bytes of the name's index in <see cref="Names"/>, then the kinds.</summary>
    public IReadOnlyList<byte[]> Shapes => _shapes;

    public IReadOnlyList<(int Process, int Pid, long Thread)> Threads => _threads;

    public IReadOnlyList<(int File, int Line, int Function)> Callers => _callers;

    /// <summary>The cells of one row: integers, bits of floats, dictionary ids.</summary>
    public ReadOnlySpan<long> CellsOf(in Row row) =>
        CollectionsMarshal.AsSpan(_cells).Slice(row.FirstCell, row.Cells);

    /// <summary>The rows by (time, process), rows that are equal in both in the order in which they came.</summary>
    public ReadOnlySpan<Row> Rows()
    {
        if (!_ordered)
        {
            var sorted = _rows.OrderBy(r => r.Time).ThenBy(r => _threads[r.Thread].Process).ToArray();
            _rows.Clear();
            _rows.AddRange(sorted);
            _ordered = true;
        }

        return CollectionsMarshal.AsSpan(_rows);
    }

    public void Clear()
    {
        _names.Clear();
        _shapeIds.Clear();
        _threadIds.Clear();
        _callerIds.Clear();
        _dictionary.Clear();
        _shapes.Clear();
        _threads.Clear();
        _callers.Clear();
        _rows.Clear();
        _cells.Clear();
        _bytes = FixedBytes;
        NameBytes = 0;
        _ordered = true;
    }

    /// <summary>Adds an event; false when it does not fit, and then nothing has changed.</summary>
    /// <exception cref="ArgumentException">A value cannot be stored (<see cref="ValueCodec"/>).</exception>
    public bool TryAdd(EventView e)
    {
        var cells = _cells.Count;
        _dictionary.Mark();
        var added = false;
        try
        {
            added = TryAddMarked(e, cells);
        }
        finally
        {
            if (!added)
            {
                _dictionary.TakeBack();
                CollectionsMarshal.SetCount(_cells, cells);
            }
        }

        return added;
    }

    bool TryAddMarked(EventView e, int cells)
    {
        var dictionaryLength = _dictionary.Length;
        var count = e.ArgumentCount;
        var name = e.Name;
        Span<byte> shape = count <= 252 ? stackalloc byte[256] : new byte[count + 4];
        shape = shape[..(count + 4)];
        long bytes = RowBytes;
        for (var i = 0; i < count; i++)
        {
            var value = e[i];
            shape[i + 4] = (byte)value.Kind;
            switch (value.Kind)
            {
                case ValueKind.Nil or ValueKind.False or ValueKind.True:
                    break;
                case ValueKind.Int:
                    _cells.Add(value.AsInt64);
                    break;
                case ValueKind.Float:
                    _cells.Add(BitConverter.DoubleToInt64Bits(value.AsDouble));
                    break;
                default:
                    _cells.Add(_dictionary.IdOf(value));
                    break;
            }
        }

        bytes += CellBytes * (_cells.Count - cells);
        var caller = e.Caller;
        var callerId = caller is null ? 0 : _callerIds.GetValueOrDefault(caller);
        var newCaller = caller is not null && callerId == 0;
        (int File, int Line, int Function) callerRow = default;
        if (newCaller)
        {
            callerRow = (_dictionary.IdOf(caller!.File), caller.Line, _dictionary.IdOf(caller.Function));
            bytes += EntryBytes;
        }

        var knownName = _names.TryGetValue(name, out var nameId);
        if (!knownName)
        {
            nameId = _names.Count;
            bytes += StrictUtf8.Encoding.GetByteCount(name) + EntryBytes;
        }

        BitConverter.TryWriteBytes(shape, nameId);
        if (!_shapeLookup.TryGetValue(shape, out var shapeId))
        {
            shapeId = -1;
            bytes += shape.Length + EntryBytes + (ArgumentColumnBytes * (_cells.Count - cells));
        }

        var thread = (e.Process, e.Pid, e.Thread);
        if (!_threadIds.TryGetValue(thread, out var threadId))
        {
            threadId = -1;
            bytes += EntryBytes;
        }

        bytes += _dictionary.Length - dictionaryLength;
        if (_bytes + bytes > _limit)
            return false;

        _bytes += bytes;
        if (!knownName)
        {
            _names.Add(name, nameId);
            NameBytes += StrictUtf8.Encoding.GetByteCount(name) + EntryBytes;
        }

        if (shapeId < 0)
        {
            shapeId = _shapes.Count;
            _shapes.Add(shape.ToArray());
            _shapeIds.Add(_shapes[^1], shapeId);
        }

        if (threadId < 0)
        {
            threadId = _threads.Count;
            _threads.Add(thread);
            _threadIds.Add(thread, threadId);
        }

        if (newCaller)
        {
            _callers.Add(callerRow);
            callerId = _callers.Count;
            _callerIds.Add(caller!, callerId);
        }

        var row = new Row(e.Time, shapeId, threadId, callerId, cells, _cells.Count - cells);
        if (_rows.Count > 0)
        {
            var before = _rows[^1];
            _ordered &=
                before.Time < row.Time
                || (before.Time == row.Time && _threads[before.Thread].Process <= thread.Process);
        }

        _rows.Add(row);
        return true;
    }

    /// <summary>One event: its indices into the tables, and where its cells are.</summary>
    /// <param name="Time">Nanoseconds since the Unix epoch.</param>
    /// <param name="Shape">Index of the shape.</param>
    /// <param name="Thread">Index of the thread.</param>
    /// <param name="Caller">0, or one more than the caller's index.</param>
    /// <param name="FirstCell">Where the cells begin.</param>
    /// <param name="Cells">How many cells there are.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Row(long Time, int Shape, int Thread, int Caller, int FirstCell, int Cells);
}
