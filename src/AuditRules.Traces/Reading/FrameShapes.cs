using System.Collections.Immutable;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>The shapes of one frame (T27), and which argument column each of their arguments stands in.</summary>
sealed class FrameShapes
{
    readonly int[][] _columns;

    /// <summary>Reads the table.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are no such column.</exception>
    public FrameShapes(ReadOnlySpan<byte> raw, ImmutableArray<string> names, int most)
    {
        var reader = new MessagePackReader(raw);
        var count = reader.ReadArrayHeader();
        if (count > most)
            throw new MessagePackSerializationException($"{count} shapes, more than the limit");
        Shapes = new EventShape[count];
        _columns = new int[Shapes.Length][];
        for (var i = 0; i < Shapes.Length; i++)
        {
            if (reader.ReadArrayHeader() != 2)
                throw new MessagePackSerializationException("a shape is not of 2 fields");
            var name = reader.ReadUInt32();
            if (name >= names.Length)
                throw new MessagePackSerializationException("a shape's name is not in the frame");
            var kinds = reader.ReadBytes();
            var arguments = new ValueKind[kinds.Length];
            var columns = new int[kinds.Length];
            for (var a = 0; a < kinds.Length; a++)
            {
                if (kinds[a] > (byte)ValueKind.Redacted)
                    throw new MessagePackSerializationException($"an argument of kind {kinds[a]}");
                arguments[a] = (ValueKind)kinds[a];
                columns[a] = arguments[a] <= ValueKind.True ? -1 : ColumnCount++;
            }

            Shapes[i] = new EventShape(names[(int)name], [.. arguments]);
            _columns[i] = columns;
        }

        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind the shapes");
    }

    public EventShape[] Shapes { get; }

    /// <summary>How many argument columns the shapes have together.</summary>
    public int ColumnCount { get; }

    /// <summary>For each argument of a shape the number of its column; -1 where the shape says all.</summary>
    public ReadOnlySpan<int> ColumnsOf(int shape) => _columns[shape];
}
