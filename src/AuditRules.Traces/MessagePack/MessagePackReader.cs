using System.Buffers.Binary;
using System.Text;

namespace MessagePack;

/// <summary>
/// Reads MessagePack that nobody vouches for: no read goes past the end, no count is believed that the remaining
/// bytes cannot hold, <see cref="Skip"/> does not recurse, text is strict UTF-8, 0xC1 is refused.
/// Where the package gives a sequence, this one gives a span, since all input is in one piece.
/// </summary>
ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    int _position;

    public MessagePackReader(ReadOnlyMemory<byte> bytes)
        : this(bytes.Span) { }

    /// <summary>How many bytes were read.</summary>
    public readonly long Consumed => _position;

    public readonly bool End => _position >= _bytes.Length;

    public readonly byte NextCode =>
        _position < _bytes.Length ? _bytes[_position] : throw Bad("the bytes end early");

    public readonly MessagePackType NextMessagePackType =>
        NextCode switch
        {
            <= 0x7f or >= MessagePackCode.MinNegativeFixInt => MessagePackType.Integer,
            <= 0x8f => MessagePackType.Map,
            <= 0x9f => MessagePackType.Array,
            <= MessagePackCode.MaxFixStr => MessagePackType.String,
            MessagePackCode.Nil => MessagePackType.Nil,
            MessagePackCode.NeverUsed => MessagePackType.Unknown,
            MessagePackCode.False or MessagePackCode.True => MessagePackType.Boolean,
            <= MessagePackCode.Bin32 => MessagePackType.Binary,
            <= MessagePackCode.Ext32 => MessagePackType.Extension,
            MessagePackCode.Float32 or MessagePackCode.Float64 => MessagePackType.Float,
            <= MessagePackCode.Int64 => MessagePackType.Integer,
            <= MessagePackCode.FixExt16 => MessagePackType.Extension,
            <= MessagePackCode.Str32 => MessagePackType.String,
            <= MessagePackCode.Array32 => MessagePackType.Array,
            _ => MessagePackType.Map,
        };

    public bool TryReadNil()
    {
        if (NextCode != MessagePackCode.Nil)
            return false;
        _position++;
        return true;
    }

    public bool ReadBoolean() =>
        Take(1)[0] switch
        {
            MessagePackCode.True => true,
            MessagePackCode.False => false,
            _ => throw Unexpected("a boolean"),
        };

    public long ReadInt64()
    {
        if (NextCode == MessagePackCode.UInt64)
        {
            var value = ReadUInt64();
            return value <= long.MaxValue ? (long)value : throw Bad("an integer does not fit 64 signed bits");
        }

        var code = Take(1)[0];
        return code switch
        {
            <= 0x7f => code,
            >= MessagePackCode.MinNegativeFixInt => (sbyte)code,
            MessagePackCode.UInt8 => Take(1)[0],
            MessagePackCode.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            MessagePackCode.Int8 => (sbyte)Take(1)[0],
            MessagePackCode.Int16 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            MessagePackCode.Int32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            MessagePackCode.Int64 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            _ => throw Unexpected("an integer"),
        };
    }

    public ulong ReadUInt64()
    {
        if (NextCode == MessagePackCode.UInt64)
        {
            _position++;
            return BinaryPrimitives.ReadUInt64BigEndian(Take(8));
        }

        var value = ReadInt64();
        return value >= 0 ? (ulong)value : throw Bad("an integer is negative");
    }

    public int ReadInt32()
    {
        var value = ReadInt64();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw Bad("an integer does not fit 32 signed bits");
    }

    public uint ReadUInt32()
    {
        var value = ReadInt64();
        return value is >= 0 and <= uint.MaxValue
            ? (uint)value
            : throw Bad("an integer does not fit 32 unsigned bits");
    }

    /// <summary>A float of 32 or 64 bits.</summary>
    public double ReadDouble() =>
        Take(1)[0] switch
        {
            MessagePackCode.Float64 => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            MessagePackCode.Float32 => BinaryPrimitives.ReadSingleBigEndian(Take(4)),
            _ => throw Unexpected("a float"),
        };

    /// <summary>Text; null for nil.</summary>
    public string? ReadString()
    {
        if (TryReadNil())
            return null;
        try
        {
            return StrictUtf8.Encoding.GetString(ReadStringSpan());
        }
        catch (DecoderFallbackException)
        {
            throw Bad("text is not UTF-8");
        }
    }

    /// <summary>The bytes of text as they stand, not checked to be UTF-8; false for nil.</summary>
    public bool TryReadStringSpan(out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        if (TryReadNil())
            return false;
        utf8 = ReadStringSpan();
        return true;
    }

    /// <summary>The content of bin.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = Take(1)[0] switch
        {
            MessagePackCode.Bin8 => Take(1)[0],
            MessagePackCode.Bin16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Bin32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("bytes"),
        };
        return Take(length);
    }

    /// <summary>The number of items that follow, each of at least one byte of what remains without the bytes owed to
    /// the items behind this array.</summary>
    public int ReadArrayHeader(int owed = 0)
    {
        var code = Take(1)[0];
        var count = code switch
        {
            >= MessagePackCode.MinFixArray and <= 0x9f => (uint)(code & 15),
            MessagePackCode.Array16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Array32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("an array"),
        };
        return Checked(count, 1, owed);
    }

    /// <summary>The number of entries that follow, each of at least two bytes of what remains without the bytes owed to
    /// the items behind this map.</summary>
    public int ReadMapHeader(int owed = 0)
    {
        var code = Take(1)[0];
        var count = code switch
        {
            >= MessagePackCode.MinFixMap and <= 0x8f => (uint)(code & 15),
            MessagePackCode.Map16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Map32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("a map"),
        };
        return Checked(count, 2, owed);
    }

    /// <summary>The header of a content that leaves the bytes owed to the items behind it.</summary>
    public ExtensionHeader ReadExtensionFormatHeader(int owed = 0)
    {
        var code = Take(1)[0];
        var length = code switch
        {
            >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16 => 1u
                << (code - MessagePackCode.FixExt1),
            MessagePackCode.Ext8 => Take(1)[0],
            MessagePackCode.Ext16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Ext32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("an extension"),
        };
        var type = (sbyte)Take(1)[0];
        return length <= _bytes.Length - _position - owed
            ? new ExtensionHeader(type, length)
            : throw Bad("the bytes end early");
    }

    /// <summary>That many bytes as they stand.</summary>
    public ReadOnlySpan<byte> ReadRaw(long length) => Take(length);

    /// <summary>Goes past the next value with all that it holds, in constant memory. Text is not checked.</summary>
    public void Skip()
    {
        // How many values are still to come; every one of them needs a byte of what remains.
        for (var pending = 1L; pending > 0; pending--)
        {
            // Dictionaries are mostly short text.
            if (NextCode is >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr)
            {
                Take((NextCode & 31) + 1);
                continue;
            }

            if (NextCode == MessagePackCode.Str8)
            {
                ReadStringSpan();
                continue;
            }

            switch (NextMessagePackType)
            {
                case MessagePackType.Integer:
                    Take(
                        NextCode switch
                        {
                            <= 0x7f or >= MessagePackCode.MinNegativeFixInt => 1,
                            MessagePackCode.UInt8 or MessagePackCode.Int8 => 2,
                            MessagePackCode.UInt16 or MessagePackCode.Int16 => 3,
                            MessagePackCode.UInt32 or MessagePackCode.Int32 => 5,
                            _ => 9,
                        }
                    );
                    break;
                case MessagePackType.Nil or MessagePackType.Boolean:
                    _position++;
                    break;
                case MessagePackType.Float:
                    Take(NextCode == MessagePackCode.Float32 ? 5 : 9);
                    break;
                case MessagePackType.String:
                    ReadStringSpan();
                    break;
                case MessagePackType.Binary:
                    ReadBytes();
                    break;
                case MessagePackType.Extension:
                    Take(ReadExtensionFormatHeader().Length);
                    break;
                case MessagePackType.Array:
                    pending += ReadArrayHeader();
                    break;
                case MessagePackType.Map:
                    pending += 2L * ReadMapHeader();
                    break;
                default:
                    throw Unexpected("a value");
            }
        }
    }

    ReadOnlySpan<byte> ReadStringSpan()
    {
        var code = Take(1)[0];
        var length = code switch
        {
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => (uint)(code & 31),
            MessagePackCode.Str8 => Take(1)[0],
            MessagePackCode.Str16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Str32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("text"),
        };
        return Take(length);
    }

    readonly int Checked(uint count, int bytesEach, int owed) =>
        (long)count * bytesEach <= _bytes.Length - _position - owed
            ? (int)count
            : throw Bad("a count is larger than what follows");

    ReadOnlySpan<byte> Take(long length)
    {
        if (length > _bytes.Length - _position)
            throw Bad("the bytes end early");
        var span = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return span;
    }

    readonly MessagePackSerializationException Unexpected(string wanted) =>
        Bad(
            $"0x{_bytes[Math.Clamp(_position - 1, 0, Math.Max(0, _bytes.Length - 1))]:X2} in place of {wanted}"
        );

    readonly MessagePackSerializationException Bad(string what) => new($"{what} (byte {_position})");
}
