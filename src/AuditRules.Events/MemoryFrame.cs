using System.Runtime.InteropServices;

namespace AuditRules.Events;

/// <summary>A frame over events in memory: embedded examples, imports, tests.</summary>
public sealed class MemoryFrame : EventFrame
{
    readonly AuditEvent[] _events;
    readonly ushort[] _shapeColumn;
    readonly EventShape[] _shapes;
    readonly List<Value> _dictionary = [];
    readonly int[][] _ids;

    /// <summary>A frame of those events, which must be in order and of at most 65,535 shapes.</summary>
    /// <exception cref="ArgumentException">The events are not ordered by time, or there are too many shapes.</exception>
    public MemoryFrame(IEnumerable<AuditEvent> events)
    {
        _events = [.. events];
        _shapeColumn = new ushort[_events.Length];
        _ids = new int[_events.Length][];
        var shapes = new Dictionary<EventShape, ushort>();
        var ids = new Dictionary<Value, int>();
        for (var row = 0; row < _events.Length; row++)
        {
            var current = _events[row];
            if (row > 0 && current.Time < _events[row - 1].Time)
                throw new ArgumentException($"event {row} is earlier than the one before it", nameof(events));
            var shape = new EventShape(current.Name, [.. current.Arguments.Select(a => a.Kind)]);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(shapes, shape, out var exists);
            if (!exists)
            {
                if (shapes.Count > ushort.MaxValue)
                    throw new ArgumentException("more than 65,535 shapes in one frame", nameof(events));
                known = (ushort)(shapes.Count - 1);
            }

            _shapeColumn[row] = known;
            _ids[row] = [.. current.Arguments.Select(a => IdOf(a, ids))];
        }

        _shapes = [.. shapes.OrderBy(s => s.Value).Select(s => s.Key)];
    }

    /// <inheritdoc/>
    public override int Count => _events.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<EventShape> Shapes => _shapes;

    /// <inheritdoc/>
    public override ReadOnlySpan<ushort> ShapeColumn => _shapeColumn;

    /// <inheritdoc/>
    public override long FirstTime => _events.Length == 0 ? 0 : _events[0].Time;

    /// <inheritdoc/>
    public override long LastTime => _events.Length == 0 ? 0 : _events[^1].Time;

    /// <inheritdoc/>
    public override int DictionaryCount => _dictionary.Count;

    /// <inheritdoc/>
    public override int GetDictionaryId(int row, int index) =>
        (uint)index < (uint)_ids[row].Length ? _ids[row][index] : -1;

    /// <inheritdoc/>
    public override Value GetDictionaryValue(int id) => _dictionary[id];

    /// <inheritdoc/>
    public override string GetName(int row) => _events[row].Name;

    /// <inheritdoc/>
    public override int GetArgumentCount(int row) => _events[row].Arguments.Length;

    /// <inheritdoc/>
    public override Value GetArgument(int row, int index) => _events[row].GetArgument(0, index);

    /// <inheritdoc/>
    public override long GetTime(int row) => _events[row].Time;

    /// <inheritdoc/>
    public override long GetOrdinal(int row) => _events[row].Ordinal;

    /// <inheritdoc/>
    public override int GetProcess(int row) => _events[row].Process;

    /// <inheritdoc/>
    public override int GetPid(int row) => _events[row].Pid;

    /// <inheritdoc/>
    public override long GetThread(int row) => _events[row].Thread;

    /// <inheritdoc/>
    public override Caller? GetCaller(int row) => _events[row].Caller;

    int IdOf(Value value, Dictionary<Value, int> ids)
    {
        if (value.Kind <= ValueKind.Float)
            return -1;
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, value, out var exists);
        if (!exists)
        {
            id = _dictionary.Count;
            _dictionary.Add(value);
        }

        return id;
    }
}
