using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AuditRules.Traces;

/// <summary>Writes integers in the smallest form of <see cref="PackedColumn"/>.</summary>
sealed class PackedColumnWriter
{
    // A table pays when its indices are of one byte and the values themselves would take more.
    const int MaxTable = 256;

    readonly Dictionary<long, byte> _table = [];

    public void Write(ReadOnlySpan<long> values, IBufferWriter<byte> target)
    {
        var (least, most) = Range(values);
        var width = WidthOf(unchecked((ulong)(most - least)));
        if (
            width >= 2
            && TryMakeTable(values)
            && 3 + (_table.Count * 8) + values.Length < 9 + (values.Length * width)
        )
            WriteTable(values, target);
        else
            WriteOffsets(values, least, width, target);
    }

    static (long Least, long Most) Range(ReadOnlySpan<long> values)
    {
        if (values.IsEmpty)
            return (0, 0);
        var least = values[0];
        var most = least;
        foreach (var value in values)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        return (least, most);
    }

    static int WidthOf(ulong range) =>
        range switch
        {
            0 => 0,
            <= byte.MaxValue => 1,
            <= ushort.MaxValue => 2,
            <= uint.MaxValue => 4,
            _ => 8,
        };

    bool TryMakeTable(ReadOnlySpan<long> values)
    {
        _table.Clear();
        foreach (var value in values)
        {
            ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_table, value, out var exists);
            if (exists)
                continue;
            if (_table.Count > MaxTable)
                return false;
            index = (byte)(_table.Count - 1);
        }

        return true;
    }

    void WriteTable(ReadOnlySpan<long> values, IBufferWriter<byte> target)
    {
        var length = 3 + (_table.Count * sizeof(long)) + values.Length;
        var span = target.GetSpan(length)[..length];
        span[0] = PackedColumn.TableForm | 1;
        BinaryPrimitives.WriteUInt16LittleEndian(span[1..], (ushort)_table.Count);
        foreach (var (value, index) in _table)
            BinaryPrimitives.WriteInt64LittleEndian(span[(3 + (index * sizeof(long)))..], value);
        var rows = span[(3 + (_table.Count * sizeof(long)))..];
        for (var i = 0; i < values.Length; i++)
            rows[i] = _table[values[i]];
        target.Advance(length);
    }

    static void WriteOffsets(ReadOnlySpan<long> values, long from, int width, IBufferWriter<byte> target)
    {
        var length = 9 + (values.Length * width);
        var span = target.GetSpan(length)[..length];
        // Planes: the high bytes of most columns are alike, and alike bytes side by side compress.
        span[0] = (byte)(width >= 2 ? width | PackedColumn.PlanesForm : width);
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], from);
        for (var plane = 0; plane < width; plane++)
        {
            var rows = span.Slice(9 + (plane * values.Length), values.Length);
            for (var i = 0; i < values.Length; i++)
                rows[i] = (byte)(unchecked((ulong)(values[i] - from)) >> (8 * plane));
        }

        target.Advance(length);
    }
}
