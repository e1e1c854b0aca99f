using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>The parts of a DATA payload (T19) that are read without inflating a column.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct DataPayload(
    long FirstTime,
    long LastTime,
    long Watermark,
    long FirstOrdinal,
    long ClockOffset,
    ImmutableArray<string> Names,
    FrameColumns Columns
)
{
    /// <summary>Reads a payload whose checksum holds.</summary>
    /// <exception cref="MessagePackSerializationException">It breaks the format.</exception>
    /// <exception cref="NotSupportedException">It has a column or a codec that is not known.</exception>
    public static DataPayload Read(byte[] payload, int length, uint rawLength)
    {
        var reader = new MessagePackReader(payload.AsSpan(0, length));
        var fields = reader.ReadArrayHeader();
        if (fields < 7)
            throw new MessagePackSerializationException("a DATA payload of fewer than 7 fields");
        var clockOffset = reader.ReadInt64();
        var first = unchecked(reader.ReadInt64() + clockOffset);
        var last = unchecked(reader.ReadInt64() + clockOffset);
        var watermark = unchecked(reader.ReadInt64() + clockOffset);
        var firstOrdinal = reader.ReadInt64();
        if (firstOrdinal is < 0 or > long.MaxValue / 2)
            throw new MessagePackSerializationException($"a first ordinal {firstOrdinal}");
        if (last < first)
            throw new MessagePackSerializationException("the last time is before the first");
        var names = ReadNames(ref reader);
        var columns = FrameColumns.Read(ref reader, payload, (int)rawLength, out var saved);
        for (; fields > 7; fields--)
            reader.Skip();
        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind the payload");
        if (length + saved != rawLength)
            throw new MessagePackSerializationException("the raw length is not that of the columns");
        return new DataPayload(first, last, watermark, firstOrdinal, clockOffset, names, columns);
    }

    /// <summary>Reads names that are distinct and sorted by their UTF-8 bytes.</summary>
    public static ImmutableArray<string> ReadNames(ref MessagePackReader reader)
    {
        var names = new string[reader.ReadArrayHeader()];
        ReadOnlySpan<byte> before = default;
        for (var i = 0; i < names.Length; i++)
        {
            var look = reader;
            if (!look.TryReadStringSpan(out var utf8))
                throw new MessagePackSerializationException("nil in place of a name");
            if (i > 0 && before.SequenceCompareTo(utf8) >= 0)
                throw new MessagePackSerializationException("names are not sorted and distinct");
            before = utf8;
            names[i] = reader.ReadString()!;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(names);
    }
}
