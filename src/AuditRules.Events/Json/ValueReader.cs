using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Reads values (J5 to J14).</summary>
static class ValueReader
{
    public const int MaxDepth = 64;

    // As many digits as 4,096 bytes hold, the longest integer of a trace.
    const int MaxDigits = 9_864;

    const long QuietNaN = 0x7ff8_0000_0000_0000;

    public static Value Read(ref TokenReader reader, int depth = MaxDepth)
    {
        switch (reader.Type)
        {
            case JsonTokenType.Null:
                return Value.Nil;
            case JsonTokenType.True or JsonTokenType.False:
                return Value.Bool(reader.Type == JsonTokenType.True);
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.String:
                return Value.Str(reader.String("a value"));
            case JsonTokenType.StartArray:
                Below(ref reader, depth);
                var items = new List<Value>();
                for (reader.Must(); reader.Type != JsonTokenType.EndArray; reader.Must())
                    items.Add(Read(ref reader, depth - 1));
                return Value.List([.. items]);
            default:
                reader.Open(JsonTokenType.StartObject, "a value is missing");
                return ReadObject(ref reader, depth);
        }
    }

    static Value ReadNumber(ref TokenReader reader)
    {
        var digits = reader.Bytes;
        if (digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
            return ReadInteger(ref reader, Encoding.ASCII.GetString(digits));
        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? Value.Float(number) : throw reader.Error("a number is out of range");
    }

    static Value ReadInteger(ref TokenReader reader, string digits)
    {
        var unsigned = digits.AsSpan(digits.StartsWith('-') ? 1 : 0);
        if (unsigned.IsEmpty || unsigned.ContainsAnyExceptInRange('0', '9'))
            throw reader.Error("an integer has other characters than digits");
        if (unsigned.Length > MaxDigits)
            throw reader.Error($"an integer has more than {MaxDigits} digits");
        return Value.Integer(BigInteger.Parse(digits, CultureInfo.InvariantCulture));
    }

    static Value ReadObject(ref TokenReader reader, int depth)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        while (reader.NextMember(out var name, out var column))
        {
            if (name.StartsWith('$'))
            {
                if (entries.Count > 0)
                    throw new LineException(column, $"a map with the key {name} is written as a $map");
                var value = ReadForm(ref reader, name, column, depth);
                if (reader.NextMember(out _, out column))
                    throw new LineException(column, $"{name} must be its object's only key");
                return value;
            }

            if (entries.Count == 0)
                Below(ref reader, depth);
            entries.Add(new(name, Read(ref reader, depth - 1)));
        }

        if (entries.Count == 0)
            Below(ref reader, depth);
        return Value.Map([.. entries]);
    }

    static Value ReadForm(ref TokenReader reader, string form, int column, int depth)
    {
        switch (form)
        {
            case ValueForms.Bytes:
                return Value.Bytes(reader.Base64(form));
            case ValueForms.RawStr:
                return Value.RawStr(reader.Base64(form));
            case ValueForms.Integer:
                return ReadInteger(ref reader, reader.String(form));
            case ValueForms.Float:
                return ReadFloat(ref reader);
            case ValueForms.Map:
                return ReadPairs(ref reader, depth);
            case ValueForms.Object:
                return ReadDescribed(ref reader, depth);
            case ValueForms.Truncated:
                return ReadTruncated(ref reader, depth);
            case ValueForms.Redacted:
                return ReadRedacted(ref reader);
            default:
                throw new LineException(
                    column,
                    $"{form} is no form of a value; a map with such a key is written as a $map"
                );
        }
    }

    static Value ReadFloat(ref TokenReader reader)
    {
        var text = reader.String(ValueForms.Float);
        switch (text)
        {
            case "inf":
                return Value.Float(double.PositiveInfinity);
            case "-inf":
                return Value.Float(double.NegativeInfinity);
            case "nan":
                return Value.Float(BitConverter.Int64BitsToDouble(QuietNaN));
        }

        if (
            text.Length == 20
            && text.StartsWith("nan:", StringComparison.Ordinal)
            && long.TryParse(
                text.AsSpan(4),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var bits
            )
            && double.IsNaN(BitConverter.Int64BitsToDouble(bits))
        )
            return Value.Float(BitConverter.Int64BitsToDouble(bits));
        throw reader.Error("$float must be nan, nan: and 16 hexadecimal digits, inf or -inf");
    }

    static Value ReadPairs(ref TokenReader reader, int depth)
    {
        const string Message = "$map must be a list of [key, value]";
        Below(ref reader, depth);
        reader.Open(JsonTokenType.StartArray, Message);
        var entries = new List<KeyValuePair<Value, Value>>();
        for (reader.Must(); reader.Type != JsonTokenType.EndArray; reader.Must())
        {
            reader.Open(JsonTokenType.StartArray, Message);
            reader.Must();
            var key = Read(ref reader, depth - 1);
            reader.Must();
            entries.Add(new(key, Read(ref reader, depth - 1)));
            reader.Must();
            reader.Open(JsonTokenType.EndArray, Message);
        }

        return Value.Map([.. entries]);
    }

    static Value ReadDescribed(ref TokenReader reader, int depth)
    {
        Below(ref reader, depth);
        reader.Open(JsonTokenType.StartObject, "$object must be an object");
        var start = reader.Column;
        string? type = null;
        long identity = 0;
        var facts = new List<KeyValuePair<string, Value>>();
        while (reader.NextMember(out var name, out _))
        {
            switch (name)
            {
                case "type":
                    type = reader.String("an object's type");
                    break;
                case "identity":
                    identity = ReadIdentity(ref reader);
                    break;
                default:
                    facts.Add(new(name.StartsWith('$') ? name[1..] : name, Read(ref reader, depth - 1)));
                    break;
            }
        }

        return type is null
            ? throw new LineException(start, "$object has no type")
            : Value.Object(new ObjectValue(type, identity, [.. facts]));
    }

    static long ReadIdentity(ref TokenReader reader)
    {
        var text = reader.String("an object's identity");
        return
            text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(
                text.AsSpan(2),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var identity
            )
            ? unchecked((long)identity)
            : throw reader.Error("an object's identity must be 0x and hexadecimal digits");
    }

    static Value ReadTruncated(ref TokenReader reader, int depth)
    {
        Below(ref reader, depth);
        reader.Open(JsonTokenType.StartObject, "$truncated must be an object");
        var start = reader.Column;
        var kind = ValueKind.Nil;
        long length = 0;
        byte[] digest = [];
        var head = Value.Nil;
        while (reader.NextMember(out var name, out _))
        {
            switch (name)
            {
                case "kind":
                    kind = ValueForms.KindOf(reader.String("a truncated value's kind"));
                    break;
                case "length":
                    length = ReadLength(ref reader);
                    break;
                case "digest":
                    try
                    {
                        digest = Convert.FromHexString(reader.String("a digest"));
                    }
                    catch (FormatException)
                    {
                        throw reader.Error("a digest must be hexadecimal digits");
                    }

                    break;
                case "head":
                    head = Read(ref reader, depth - 1);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return kind == ValueKind.Nil
            ? throw new LineException(start, "$truncated has no kind that can be truncated")
            : Value.Truncated(new TruncatedValue(kind, length, [.. digest], head));
    }

    static Value ReadRedacted(ref TokenReader reader)
    {
        reader.Open(JsonTokenType.StartObject, "$redacted must be an object");
        var redacted = new RedactedValue("", 0, "");
        while (reader.NextMember(out var name, out _))
        {
            switch (name)
            {
                case "kind":
                    redacted = redacted with { Kind = reader.String("a redacted value's kind") };
                    break;
                case "length":
                    redacted = redacted with { Length = ReadLength(ref reader) };
                    break;
                case "pseudonym":
                    redacted = redacted with { Pseudonym = reader.String("a pseudonym") };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return Value.Redacted(redacted);
    }

    static long ReadLength(ref TokenReader reader) =>
        reader.Int64("a length") is >= 0 and var length ? length : throw reader.Error("a length is negative");

    static void Below(ref TokenReader reader, int depth)
    {
        if (depth <= 0)
            throw reader.Error($"values are nested deeper than {MaxDepth}");
    }
}
