using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Values as MessagePack, in traces and in segments (docs/spec/trace.md, section Values).</summary>
static class ValueCodec
{
    /// <summary>Lists, maps, truncated values and objects that may stand inside one another.</summary>
    public const int MaxDepth = TraceFormat.MaxDepth;

    /// <summary>The bytes of an integer, since the cost of printing one grows with the square of its length.</summary>
    public const int MaxIntegerBytes = 4096;

    /// <summary>Writes one value.</summary>
    /// <exception cref="ArgumentException">The value is nested deeper than <see cref="MaxDepth"/>, an integer in it is
    /// larger than <see cref="MaxIntegerBytes"/>, or text in it has a lone surrogate.</exception>
    public static void Write(ref MessagePackWriter writer, in Value value, int depth = MaxDepth)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                writer.WriteNil();
                break;
            case ValueKind.False or ValueKind.True:
                writer.Write(value.Kind == ValueKind.True);
                break;
            case ValueKind.Int:
                writer.Write(value.AsInt64);
                break;
            case ValueKind.Float:
                writer.Write(value.AsDouble);
                break;
            case ValueKind.Str:
                writer.Write(value.AsText);
                break;
            case ValueKind.Bytes:
                writer.Write(value.AsBytes);
                break;
            case ValueKind.List:
                depth = Below(depth);
                writer.WriteArrayHeader(value.Items.Length);
                foreach (var item in value.Items)
                    Write(ref writer, item, depth);
                break;
            case ValueKind.Map:
                depth = Below(depth);
                writer.WriteMapHeader(value.Entries.Length);
                foreach (var (key, item) in value.Entries)
                {
                    Write(ref writer, key, depth);
                    Write(ref writer, item, depth);
                }

                break;
            case ValueKind.RawStr:
                WriteExtension(ref writer, ValueExtension.RawStr, value.AsBytes);
                break;
            case ValueKind.BigInt:
                var integer = value.AsInteger.ToByteArray(isBigEndian: true);
                if (integer.Length > MaxIntegerBytes)
                    throw new ArgumentException($"an integer of {integer.Length} bytes", nameof(value));
                WriteExtension(ref writer, ValueExtension.BigInt, integer);
                break;
            default:
                WriteDescribed(ref writer, value, depth);
                break;
        }
    }

    /// <summary>Reads one value, which must be of a kind that this version knows.</summary>
    /// <param name="reader">Where the value stands.</param>
    /// <param name="depth">How many values it may have inside one another.</param>
    /// <param name="owed">Bytes behind the value to which the counts around it have laid claim (T44).</param>
    /// <exception cref="MessagePackSerializationException">The bytes are no such value.</exception>
    public static Value Read(ref MessagePackReader reader, int depth = MaxDepth, int owed = 0)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                reader.TryReadNil();
                return Value.Nil;
            case MessagePackType.Boolean:
                return Value.Bool(reader.ReadBoolean());
            case MessagePackType.Integer:
                return reader.NextCode == MessagePackCode.UInt64
                    ? Value.Integer(reader.ReadUInt64())
                    : Value.Int(reader.ReadInt64());
            case MessagePackType.Float:
                return Value.Float(reader.ReadDouble());
            case MessagePackType.String:
                return Value.Str(reader.ReadString()!);
            case MessagePackType.Binary:
                return Value.Bytes(reader.ReadBytes().ToArray());
            case MessagePackType.Array:
                return ReadList(ref reader, depth, owed);
            case MessagePackType.Map:
                return ReadMap(ref reader, depth, owed);
            case MessagePackType.Extension:
                var header = reader.ReadExtensionFormatHeader(owed);
                return ReadExtension(header.TypeCode, reader.ReadRaw(header.Length), depth);
            default:
                throw new MessagePackSerializationException("0xC1 in place of a value");
        }
    }

    static void WriteDescribed(ref MessagePackWriter writer, in Value value, int depth)
    {
        // An extension's length stands before its body, so the body is made aside.
        var body = new ArrayBufferWriter<byte>();
        var inner = new MessagePackWriter(body);
        sbyte type;
        switch (value.Kind)
        {
            case ValueKind.Truncated:
                type = ValueExtension.Truncated;
                var truncated = value.AsTruncated!;
                inner.WriteArrayHeader(4);
                inner.Write((int)truncated.Kind);
                inner.Write(truncated.Length);
                inner.Write(truncated.Digest.AsSpan());
                Write(ref inner, truncated.Head, Below(depth));
                break;
            case ValueKind.Object:
                type = ValueExtension.Object;
                var described = value.AsObject!;
                depth = Below(depth);
                inner.WriteArrayHeader(3);
                inner.Write(described.Type);
                inner.Write(described.Identity);
                inner.WriteMapHeader(described.Facts.Length);
                foreach (var (name, fact) in described.Facts)
                {
                    inner.Write(name);
                    Write(ref inner, fact, depth);
                }

                break;
            case ValueKind.Redacted:
                type = ValueExtension.Redacted;
                var redacted = value.AsRedacted!;
                inner.WriteArrayHeader(3);
                inner.Write(redacted.Kind);
                inner.Write(redacted.Length);
                inner.Write(redacted.Pseudonym);
                break;
            default:
                throw new ArgumentException($"{value.Kind} is no kind of value", nameof(value));
        }

        inner.Flush();
        WriteExtension(ref writer, type, body.WrittenSpan);
    }

    // Every item that a count promises is a byte that no count inside may promise again. So all the arrays that are open
    // at once, and all that were filled before, have together no more items than there are bytes.

    static Value ReadList(ref MessagePackReader reader, int depth, int owed)
    {
        var count = Inside(depth, reader.ReadArrayHeader(owed));
        var items = count == 0 ? [] : new Value[count];
        for (var i = 0; i < count; i++)
            items[i] = Read(ref reader, depth - 1, owed + count - i - 1);
        return Value.List(items);
    }

    static Value ReadMap(ref MessagePackReader reader, int depth, int owed)
    {
        var count = Inside(depth, reader.ReadMapHeader(owed));
        var entries = count == 0 ? [] : new KeyValuePair<Value, Value>[count];
        for (var i = 0; i < count; i++)
        {
            var behind = owed + (2 * (count - i - 1));
            var key = Read(ref reader, depth - 1, behind + 1);
            entries[i] = new(key, Read(ref reader, depth - 1, behind));
        }

        return Value.Map(entries);
    }

    static Value ReadExtension(sbyte type, ReadOnlySpan<byte> body, int depth)
    {
        var reader = new MessagePackReader(body);
        switch (type)
        {
            case ValueExtension.RawStr:
                return Value.RawStr(body.ToArray());
            case ValueExtension.BigInt when body.Length is > 0 and <= MaxIntegerBytes:
                return Value.Integer(new BigInteger(body, isBigEndian: true));
            case ValueExtension.Truncated:
                ReadFields(ref reader, 4);
                var kind = (ValueKind)reader.ReadUInt32();
                if (kind is < ValueKind.Str or > ValueKind.BigInt)
                    throw new MessagePackSerializationException($"a truncated value of kind {(int)kind}");
                var length = ReadLength(ref reader);
                var digest = reader.ReadBytes();
                var head = Read(ref reader, Inside(depth, depth - 1));
                MustEnd(reader);
                return Value.Truncated(new TruncatedValue(kind, length, [.. digest], head));
            case ValueExtension.Object:
                ReadFields(ref reader, 3);
                var name = ReadText(ref reader);
                var identity = reader.ReadInt64();
                var count = Inside(depth, reader.ReadMapHeader());
                var facts = ImmutableArray.CreateBuilder<KeyValuePair<string, Value>>(count);
                for (var i = 0; i < count; i++)
                {
                    var fact = ReadText(ref reader);
                    facts.Add(new(fact, Read(ref reader, depth - 1, 2 * (count - i - 1))));
                }

                MustEnd(reader);
                return Value.Object(new ObjectValue(name, identity, facts.MoveToImmutable()));
            case ValueExtension.Redacted:
                ReadFields(ref reader, 3);
                var redacted = new RedactedValue(
                    ReadText(ref reader),
                    ReadLength(ref reader),
                    ReadText(ref reader)
                );
                MustEnd(reader);
                return Value.Redacted(redacted);
            default:
                throw new MessagePackSerializationException($"an extension of the unknown type {type}");
        }
    }

    static void ReadFields(ref MessagePackReader reader, int count)
    {
        if (reader.ReadArrayHeader() != count)
            throw new MessagePackSerializationException($"an extension is not of {count} fields");
    }

    static void MustEnd(MessagePackReader reader)
    {
        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind an extension's fields");
    }

    static long ReadLength(ref MessagePackReader reader)
    {
        var length = reader.ReadInt64();
        return length >= 0 ? length : throw new MessagePackSerializationException("a negative length");
    }

    static string ReadText(ref MessagePackReader reader) =>
        reader.ReadString() ?? throw new MessagePackSerializationException("nil in place of text");

    static void WriteExtension(ref MessagePackWriter writer, sbyte type, scoped ReadOnlySpan<byte> body)
    {
        writer.WriteExtensionFormatHeader(new ExtensionHeader(type, (uint)body.Length));
        writer.WriteRaw(body);
    }

    static int Below(int depth) =>
        depth > 0
            ? depth - 1
            : throw new ArgumentException($"values are nested deeper than {MaxDepth}", nameof(depth));

    static int Inside(int depth, int count) =>
        depth > 0
            ? count
            : throw new MessagePackSerializationException($"values are nested deeper than {MaxDepth}");
}
