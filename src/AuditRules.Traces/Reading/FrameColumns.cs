using System.Runtime.InteropServices;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Where the columns of a DATA frame stand in its payload, and how to inflate them (T21 to T25).</summary>
sealed class FrameColumns
{
    readonly byte[] _payload;
    readonly Entry[] _entries;

    FrameColumns(byte[] payload, Entry[] entries)
    {
        _payload = payload;
        _entries = entries;
    }

    /// <summary>Reads the array of columns; <paramref name="saved"/> is what inflating adds to the payload.</summary>
    /// <exception cref="MessagePackSerializationException">It breaks the format.</exception>
    /// <exception cref="NotSupportedException">It has a column or a codec that is not known.</exception>
    public static FrameColumns Read(ref MessagePackReader reader, byte[] payload, int limit, out long saved)
    {
        var entries = new Entry[reader.ReadArrayHeader()];
        saved = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var fields = reader.ReadArrayHeader();
            if (fields < 4)
                throw new MessagePackSerializationException("a column of fewer than 4 fields");
            var id = reader.ReadInt32();
            if (id <= (i == 0 ? 0 : entries[i - 1].Id))
                throw new MessagePackSerializationException("columns are not in the order of their ids");
            var codec = reader.ReadInt64();
            var rawLength = reader.ReadInt64();
            var length = reader.ReadBytes().Length;
            var offset = (int)reader.Consumed - length;
            for (; fields > 4; fields--)
                reader.Skip();
            if (id is > ColumnId.CallerColumn and < ColumnId.FirstIgnorable)
                throw new NotSupportedException($"column {id}");
            if (codec is < 0 or > byte.MaxValue || !ColumnCodecs.IsKnown((ColumnCodec)codec))
                throw new NotSupportedException($"codec {codec}");
            if (rawLength < 0 || rawLength > limit)
                throw new MessagePackSerializationException($"a column of {rawLength} bytes");
            if (rawLength > ColumnCodecs.MaxRawLength((ColumnCodec)codec, length))
                throw new MessagePackSerializationException($"a column of {rawLength} bytes out of {length}");
            saved += rawLength - length;
            entries[i] = new Entry(id, (ColumnCodec)codec, (int)rawLength, offset, length);
        }

        return new FrameColumns(payload, entries);
    }

    public ColumnCodec Codec => _entries.Select(e => e.Codec).DefaultIfEmpty().Max();

    public IEnumerable<ColumnLayout> Layout =>
        _entries.Select(e => new ColumnLayout(e.Id, e.Codec, e.RawLength, e.Length));

    public bool Has(int id) => IndexOf(id) >= 0;

    /// <summary>How many columns there are from that id upwards.</summary>
    public int CountFrom(int id)
    {
        var at = IndexOf(id);
        return _entries.Length - (at < 0 ? ~at : at);
    }

    /// <summary>The column's bytes in an array of their own; null when it is missing or cannot be inflated.</summary>
    public byte[]? Inflate(int id)
    {
        var at = IndexOf(id);
        if (at < 0)
            return null;
        var entry = _entries[at];
        var raw = GC.AllocateUninitializedArray<byte>(entry.RawLength);
        return ColumnCodecs.Inflate(entry.Codec, _payload, entry.Offset, entry.Length, raw) ? raw : null;
    }

    int IndexOf(int id)
    {
        var low = 0;
        var high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_entries[middle].Id == id)
                return middle;
            if (_entries[middle].Id < id)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Entry(int Id, ColumnCodec Codec, int RawLength, int Offset, int Length);
}
