using System.Globalization;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Writes values (J5 to J14).</summary>
static class ValueWriter
{
    const long QuietNaN = 0x7ff8_0000_0000_0000;

    public static void Write(Utf8JsonWriter writer, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                writer.WriteNullValue();
                break;
            case ValueKind.False or ValueKind.True:
                writer.WriteBooleanValue(value.AsBool);
                break;
            case ValueKind.Int:
                writer.WriteNumberValue(value.AsInt64);
                break;
            case ValueKind.Float:
                WriteFloat(writer, value.AsDouble);
                break;
            case ValueKind.Str:
                writer.WriteStringValue(value.AsText);
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (ref readonly var item in value.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case ValueKind.Map:
                WriteMap(writer, value.Entries);
                break;
            default:
                writer.WriteStartObject();
                WriteForm(writer, value);
                writer.WriteEndObject();
                break;
        }
    }

    static void WriteForm(Utf8JsonWriter writer, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Bytes:
                writer.WriteBase64String(ValueForms.Bytes, value.AsBytes);
                break;
            case ValueKind.RawStr:
                writer.WriteBase64String(ValueForms.RawStr, value.AsBytes);
                break;
            case ValueKind.BigInt:
                writer.WriteString(
                    ValueForms.Integer,
                    value.AsInteger.ToString(CultureInfo.InvariantCulture)
                );
                break;
            case ValueKind.Truncated:
                var truncated = value.AsTruncated!;
                writer.WriteStartObject(ValueForms.Truncated);
                writer.WriteString("kind"u8, ValueForms.NameOf(truncated.Kind));
                writer.WriteNumber("length"u8, truncated.Length);
                writer.WriteString("digest"u8, Convert.ToHexStringLower(truncated.Digest.AsSpan()));
                writer.WritePropertyName("head"u8);
                Write(writer, truncated.Head);
                writer.WriteEndObject();
                break;
            case ValueKind.Object:
                var described = value.AsObject!;
                writer.WriteStartObject(ValueForms.Object);
                writer.WriteString("type"u8, described.Type);
                writer.WriteString("identity"u8, $"0x{described.Identity:x}");
                foreach (var (name, fact) in described.Facts)
                {
                    writer.WritePropertyName(ValueForms.NeedsPrefix(name) ? "$" + name : name);
                    Write(writer, fact);
                }

                writer.WriteEndObject();
                break;
            case ValueKind.Redacted:
                var redacted = value.AsRedacted!;
                writer.WriteStartObject(ValueForms.Redacted);
                writer.WriteString("kind"u8, redacted.Kind);
                writer.WriteNumber("length"u8, redacted.Length);
                writer.WriteString("pseudonym"u8, redacted.Pseudonym);
                writer.WriteEndObject();
                break;
        }
    }

    static void WriteFloat(Utf8JsonWriter writer, double value)
    {
        if (!double.IsFinite(value))
        {
            writer.WriteStartObject();
            writer.WriteString(ValueForms.Float, NameOf(value));
            writer.WriteEndObject();
            return;
        }

        // A number without a point or an exponent is an integer.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        writer.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0", true);
    }

    static string NameOf(double value)
    {
        if (double.IsPositiveInfinity(value))
            return "inf";
        if (double.IsNegativeInfinity(value))
            return "-inf";
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits == QuietNaN ? "nan" : $"nan:{bits:x16}";
    }

    static void WriteMap(Utf8JsonWriter writer, ReadOnlySpan<KeyValuePair<Value, Value>> entries)
    {
        writer.WriteStartObject();
        if (CanBeObject(entries))
        {
            foreach (var (key, item) in entries)
            {
                writer.WritePropertyName(key.AsText!);
                Write(writer, item);
            }
        }
        else
        {
            writer.WriteStartArray(ValueForms.Map);
            foreach (var (key, item) in entries)
            {
                writer.WriteStartArray();
                Write(writer, key);
                Write(writer, item);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    static bool CanBeObject(ReadOnlySpan<KeyValuePair<Value, Value>> entries)
    {
        HashSet<string>? keys = entries.Length > 1 ? new(StringComparer.Ordinal) : null;
        foreach (var (key, _) in entries)
        {
            if (key.Kind != ValueKind.Str || key.AsText!.StartsWith('$') || keys?.Add(key.AsText) == false)
                return false;
        }

        return true;
    }
}
