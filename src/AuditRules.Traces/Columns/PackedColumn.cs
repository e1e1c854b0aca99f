using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AuditRules.Traces;

/// <summary>
/// Integers of one width, read by row number (T33). Floats are their 64 bits.
/// <code>
/// form: low 4 bits = width w in bytes (0, 1, 2, 4, 8)
/// form &amp; 0x10 = 0: | form | base i64 | rows x w |                  value = base + row
/// form &amp; 0x10 = 1: | form | n u16 | n x i64 | rows x w |           value = table[row]
/// form &amp; 0x20 = 1: the rows stand byte plane by byte plane, the lowest bytes first
/// </code>
/// </summary>
sealed class PackedColumn
{
    public const int TableForm = 0x10;
    public const int PlanesForm = 0x20;

    readonly byte[] _raw;
    readonly int _rowsAt;
    readonly int _width;
    readonly long _base;
    readonly long[]? _table;

    PackedColumn(byte[] raw, int rowsAt, int width, long from, long[]? table)
    {
        _raw = raw;
        _rowsAt = rowsAt;
        _width = width;
        _base = from;
        _table = table;
    }

    public long this[int row]
    {
        get
        {
            var at = _raw.AsSpan(_rowsAt + (row * _width));
            var offset = _width switch
            {
                0 => 0,
                1 => at[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                4 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                _ => BinaryPrimitives.ReadInt64LittleEndian(at),
            };
            return _table is null ? unchecked(_base + offset) : _table[offset];
        }
    }

    /// <summary>Null unless the bytes are a column of that many rows, all within its table.</summary>
    public static PackedColumn? Read(byte[] raw, int rows)
    {
        if (raw.Length < 1)
            return null;
        var form = raw[0];
        var width = form & 15;
        if (width is not (0 or 1 or 2 or 4 or 8) || (form & ~(15 | TableForm | PlanesForm)) != 0)
            return null;
        var rowsAt = 9;
        long from = 0;
        long[]? table = null;
        if ((form & TableForm) != 0)
        {
            if (raw.Length < 3 || width > 2)
                return null;
            int count = BinaryPrimitives.ReadUInt16LittleEndian(raw.AsSpan(1));
            rowsAt = 3 + (count * sizeof(long));
            if (raw.Length < rowsAt)
                return null;
            table = new long[count];
            for (var i = 0; i < count; i++)
                table[i] = BinaryPrimitives.ReadInt64LittleEndian(raw.AsSpan(3 + (i * sizeof(long))));
        }
        else if (raw.Length >= rowsAt)
        {
            from = BinaryPrimitives.ReadInt64LittleEndian(raw.AsSpan(1));
        }

        if (raw.Length != rowsAt + ((long)rows * width))
            return null;
        if ((form & PlanesForm) != 0)
            Interleave(raw.AsSpan(rowsAt), width);
        var column = new PackedColumn(raw, rowsAt, width, from, table);
        return table is null || column.IsWithin(table.Length, rows) ? column : null;
    }

    /// <summary>The rows as they stand, when they are of 2 bytes and without base or table.</summary>
    bool IsWithin(int count, int rows)
    {
        var at = _raw.AsSpan(_rowsAt);
        if (_width == 0)
            return count > 0 || rows == 0;
        if (_width == 1)
            return count > byte.MaxValue || !at.ContainsAnyInRange((byte)count, byte.MaxValue);
        return count > ushort.MaxValue
            || !MemoryMarshal.Cast<byte, ushort>(at).ContainsAnyInRange((ushort)count, ushort.MaxValue);
    }

    static void Interleave(Span<byte> rows, int width)
    {
        if (width < 2)
            return;
        var planes = rows.ToArray();
        var count = rows.Length / width;
        for (var plane = 0; plane < width; plane++)
        {
            var from = planes.AsSpan(plane * count, count);
            for (var row = 0; row < from.Length; row++)
                rows[(row * width) + plane] = from[row];
        }
    }
}
