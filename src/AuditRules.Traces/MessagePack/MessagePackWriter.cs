using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MessagePack;

/// <summary>
/// Writes MessagePack, each value in its shortest encoding unless a member's name says the width.
/// Nothing is in the buffer before <see cref="Flush"/>.
/// </summary>
ref struct MessagePackWriter(IBufferWriter<byte> writer)
{
    readonly IBufferWriter<byte> _writer = writer;
    Span<byte> _span;
    int _used;

    public void Flush()
    {
        if (_used > 0)
            _writer.Advance(_used);
        _span = default;
        _used = 0;
    }

    public void WriteNil() => Take(1)[0] = MessagePackCode.Nil;

    public void Write(bool value) => Take(1)[0] = value ? MessagePackCode.True : MessagePackCode.False;

    public void Write(long value) => WriteInt64Shortest(value);

    public void Write(int value) => WriteInt64Shortest(value);

    public void Write(uint value) => WriteInt64Shortest(value);

    public void Write(ulong value)
    {
        if (value <= long.MaxValue)
            WriteInt64Shortest((long)value);
        else
            WriteUInt64(value);
    }

    public void Write(double value)
    {
        var span = Take(9);
        span[0] = MessagePackCode.Float64;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
    }

    public void WriteUInt8(byte value)
    {
        var span = Take(2);
        span[0] = MessagePackCode.UInt8;
        span[1] = value;
    }

    public void WriteUInt16(ushort value)
    {
        var span = Take(3);
        span[0] = MessagePackCode.UInt16;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], value);
    }

    public void WriteUInt32(uint value)
    {
        var span = Take(5);
        span[0] = MessagePackCode.UInt32;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
    }

    public void WriteUInt64(ulong value)
    {
        var span = Take(9);
        span[0] = MessagePackCode.UInt64;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
    }

    public void WriteArrayHeader(int count) =>
        WriteCount(count, MessagePackCode.MinFixArray, MessagePackCode.Array16, MessagePackCode.Array32);

    public void WriteMapHeader(int count) =>
        WriteCount(count, MessagePackCode.MinFixMap, MessagePackCode.Map16, MessagePackCode.Map32);

    /// <summary>Text; nil for null.</summary>
    /// <exception cref="EncoderFallbackException">The text has a lone surrogate.</exception>
    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNil();
            return;
        }

        var length = StrictUtf8.Encoding.GetByteCount(value);
        WriteStringHeader(length);
        StrictUtf8.Encoding.GetBytes(value, Take(length));
    }

    public void WriteString(scoped ReadOnlySpan<byte> utf8)
    {
        WriteStringHeader(utf8.Length);
        WriteRaw(utf8);
    }

    public void WriteStringHeader(int byteCount)
    {
        if (byteCount <= 31)
            Take(1)[0] = (byte)(MessagePackCode.MinFixStr | byteCount);
        else
            WriteLength((uint)byteCount, MessagePackCode.Str8);
    }

    /// <summary>Bytes, as bin.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        WriteBinHeader(bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteBinHeader(int length) => WriteLength((uint)length, MessagePackCode.Bin8);

    public void WriteExtensionFormatHeader(ExtensionHeader header)
    {
        switch (header.Length)
        {
            case 1 or 2 or 4 or 8 or 16:
                Take(1)[0] = (byte)(
                    MessagePackCode.FixExt1 + System.Numerics.BitOperations.Log2(header.Length)
                );
                break;
            default:
                WriteLength(header.Length, MessagePackCode.Ext8);
                break;
        }

        Take(1)[0] = (byte)header.TypeCode;
    }

    /// <summary>Bytes that are MessagePack already, or the content behind a header.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    void WriteInt64Shortest(long value)
    {
        switch (value)
        {
            case >= -32 and <= 127:
                Take(1)[0] = (byte)value;
                break;
            case >= 0 and <= byte.MaxValue:
                WriteUInt8((byte)value);
                break;
            case >= 0 and <= ushort.MaxValue:
                WriteUInt16((ushort)value);
                break;
            case >= 0 and <= uint.MaxValue:
                WriteUInt32((uint)value);
                break;
            case >= 0:
                WriteUInt64((ulong)value);
                break;
            case >= sbyte.MinValue:
                var one = Take(2);
                one[0] = MessagePackCode.Int8;
                one[1] = (byte)value;
                break;
            case >= short.MinValue:
                var two = Take(3);
                two[0] = MessagePackCode.Int16;
                BinaryPrimitives.WriteInt16BigEndian(two[1..], (short)value);
                break;
            case >= int.MinValue:
                var four = Take(5);
                four[0] = MessagePackCode.Int32;
                BinaryPrimitives.WriteInt32BigEndian(four[1..], (int)value);
                break;
            default:
                var eight = Take(9);
                eight[0] = MessagePackCode.Int64;
                BinaryPrimitives.WriteInt64BigEndian(eight[1..], value);
                break;
        }
    }

    void WriteCount(int count, byte fix, byte code16, byte code32)
    {
        if (count <= 15)
        {
            Take(1)[0] = (byte)(fix | count);
        }
        else if (count <= ushort.MaxValue)
        {
            var span = Take(3);
            span[0] = code16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)count);
        }
        else
        {
            var span = Take(5);
            span[0] = code32;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)count);
        }
    }

    // The codes for lengths of 8, 16 and 32 bits follow one another in str, bin and ext.
    void WriteLength(uint length, byte code8)
    {
        if (length <= byte.MaxValue)
        {
            var span = Take(2);
            span[0] = code8;
            span[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            var span = Take(3);
            span[0] = (byte)(code8 + 1);
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)length);
        }
        else
        {
            var span = Take(5);
            span[0] = (byte)(code8 + 2);
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], length);
        }
    }

    Span<byte> Take(int length)
    {
        if (_span.Length - _used < length)
        {
            Flush();
            _span = _writer.GetSpan(Math.Max(length, 256));
        }

        var taken = _span.Slice(_used, length);
        _used += length;
        return taken;
    }
}
