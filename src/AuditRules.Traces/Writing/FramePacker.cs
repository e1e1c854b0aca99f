using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Makes the payload of a DATA frame of what a <see cref="FrameBuilder"/> holds (T19 to T33).</summary>
sealed class FramePacker(long clockOffset)
{
    // Columns below this are not worth a compressed block.
    const int MinCompressed = 64;

    readonly ByteBuffer _raw = new();
    readonly ByteBuffer _columns = new();
    readonly ByteBuffer _payload = new();
    readonly PackedColumnWriter _packed = new();
    byte[] _stored = [];
    int _columnCount;
    long _saved;

    /// <summary>How the columns of the next frame are compressed.</summary>
    public required ColumnCodec Codec { get; set; }

    /// <summary>The payload and its raw length; the span is valid until the next call.</summary>
    public ReadOnlySpan<byte> Pack(FrameBuilder frame, long firstOrdinal, out uint rawLength)
    {
        _columns.Length = 0;
        _payload.Length = 0;
        _columnCount = 0;
        _saved = 0;
        var rows = frame.Rows();
        var names = frame.Names.Keys.Select(n => (Text: n, Utf8: Encoding.UTF8.GetBytes(n))).ToArray();
        Array.Sort(names, (a, b) => a.Utf8.AsSpan().SequenceCompareTo(b.Utf8));

        var longs = new long[rows.Length];
        PutDictionary(frame);
        PutShapes(frame, names.Select(n => frame.Names[n.Text]).ToArray());
        PutShapeColumn(rows, frame.Shapes.Count);
        for (var i = 0; i < rows.Length; i++)
            longs[i] = rows[i].Time;
        TimeColumn.Write(longs, _raw);
        PutColumn(ColumnId.Times);
        var ranks = PutThreads(frame);
        for (var i = 0; i < rows.Length; i++)
            longs[i] = ranks[rows[i].Thread];
        PutPacked(ColumnId.ThreadColumn, longs);
        if (frame.Callers.Count > 0)
        {
            PutCallers(frame);
            for (var i = 0; i < rows.Length; i++)
                longs[i] = rows[i].Caller;
            PutPacked(ColumnId.CallerColumn, longs);
        }

        PutArguments(frame, rows);

        var writer = new MessagePackWriter(_payload);
        writer.WriteArrayHeader(7);
        writer.Write(clockOffset);
        writer.Write(unchecked(rows[0].Time - clockOffset));
        writer.Write(unchecked(rows[^1].Time - clockOffset));
        writer.Write(unchecked(rows[^1].Time - clockOffset));
        writer.Write(firstOrdinal);
        writer.WriteArrayHeader(names.Length);
        foreach (var (_, utf8) in names)
            writer.WriteString(utf8);
        writer.WriteArrayHeader(_columnCount);
        writer.WriteRaw(_columns.Written);
        writer.Flush();
        rawLength = (uint)(_payload.Length + _saved);
        return _payload.Written;
    }

    void PutDictionary(FrameBuilder frame)
    {
        var writer = new MessagePackWriter(_raw);
        writer.WriteArrayHeader(frame.Dictionary.Count);
        writer.WriteRaw(frame.Dictionary.Values);
        writer.Flush();
        PutColumn(ColumnId.Dictionary);
    }

    void PutShapes(FrameBuilder frame, int[] sortedNames)
    {
        var indexOf = new int[sortedNames.Length];
        for (var i = 0; i < sortedNames.Length; i++)
            indexOf[sortedNames[i]] = i;
        var writer = new MessagePackWriter(_raw);
        writer.WriteArrayHeader(frame.Shapes.Count);
        foreach (var shape in frame.Shapes)
        {
            writer.WriteArrayHeader(2);
            writer.Write(indexOf[BitConverter.ToInt32(shape)]);
            writer.Write(shape.AsSpan(4));
        }

        writer.Flush();
        PutColumn(ColumnId.Shapes);
    }

    void PutShapeColumn(ReadOnlySpan<FrameBuilder.Row> rows, int shapes)
    {
        var wide = shapes > 256;
        var span = _raw.GetSpan(rows.Length * 2);
        for (var i = 0; i < rows.Length; i++)
        {
            if (wide)
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(
                    span[(2 * i)..],
                    (ushort)rows[i].Shape
                );
            else
                span[i] = (byte)rows[i].Shape;
        }

        _raw.Advance(wide ? rows.Length * 2 : rows.Length);
        PutColumn(ColumnId.ShapeColumn);
    }

    /// <summary>Puts the threads in their order, in which neighbours are alike; the place of each in it.</summary>
    int[] PutThreads(FrameBuilder frame)
    {
        var sorted = frame.Threads.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        var ranks = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            ranks[order[i]] = i;
        var writer = new MessagePackWriter(_raw);
        writer.WriteArrayHeader(sorted.Length);
        foreach (var (process, pid, thread) in sorted)
        {
            writer.WriteArrayHeader(3);
            writer.Write(process);
            writer.Write(pid);
            writer.Write(thread);
        }

        writer.Flush();
        PutColumn(ColumnId.Threads);
        return ranks;
    }

    void PutCallers(FrameBuilder frame)
    {
        var writer = new MessagePackWriter(_raw);
        writer.WriteArrayHeader(frame.Callers.Count);
        foreach (var (file, line, function) in frame.Callers)
        {
            writer.WriteArrayHeader(3);
            writer.Write(file);
            writer.Write(line);
            writer.Write(function);
        }

        writer.Flush();
        PutColumn(ColumnId.Callers);
    }

    void PutArguments(FrameBuilder frame, ReadOnlySpan<FrameBuilder.Row> rows)
    {
        // Where each shape's columns begin, and then where the next cell of each goes.
        var counts = new int[frame.Shapes.Count];
        var widths = new int[frame.Shapes.Count];
        foreach (ref readonly var row in rows)
        {
            counts[row.Shape]++;
            widths[row.Shape] = row.Cells;
        }

        var starts = new int[counts.Length];
        var total = 0;
        for (var shape = 0; shape < counts.Length; shape++)
        {
            starts[shape] = total;
            total += counts[shape] * widths[shape];
        }

        var cells = ArrayPool<long>.Shared.Rent(Math.Max(total, 1));
        var filled = new int[counts.Length];
        foreach (ref readonly var row in rows)
        {
            var source = frame.CellsOf(row);
            var at = starts[row.Shape] + filled[row.Shape]++;
            for (var i = 0; i < source.Length; i++)
                cells[at + (i * counts[row.Shape])] = source[i];
        }

        var id = ColumnId.FirstArgument;
        for (var shape = 0; shape < counts.Length; shape++)
        {
            for (var i = 0; i < widths[shape]; i++)
                PutPacked(id++, cells.AsSpan(starts[shape] + (i * counts[shape]), counts[shape]));
        }

        ArrayPool<long>.Shared.Return(cells);
    }

    void PutPacked(int id, ReadOnlySpan<long> values)
    {
        _packed.Write(values, _raw);
        PutColumn(id);
    }

    /// <summary>Puts what stands in the raw buffer as a column, compressed where that makes it smaller.</summary>
    void PutColumn(int id)
    {
        var used = Codec;
        var length = -1;
        if (Codec != ColumnCodec.None && _raw.Length >= MinCompressed)
        {
            if (_stored.Length < _raw.Length)
                _stored = new byte[_raw.Array.Length];
            length = ColumnCodecs.Compress(Codec, _raw.Array, _raw.Length, _stored);
        }

        ReadOnlySpan<byte> stored = length < 0 ? _raw.Written : _stored.AsSpan(0, length);
        if (length < 0)
            used = ColumnCodec.None;
        var writer = new MessagePackWriter(_columns);
        writer.WriteArrayHeader(4);
        writer.Write(id);
        writer.Write((int)used);
        writer.Write(_raw.Length);
        writer.Write(stored);
        writer.Flush();
        _saved += _raw.Length - stored.Length;
        _columnCount++;
        _raw.Length = 0;
    }
}
