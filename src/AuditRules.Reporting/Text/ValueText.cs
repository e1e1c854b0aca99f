using System.Globalization;
using System.Numerics;
using System.Text;
using AuditRules.Events;
using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Text;

/// <summary>Values as people read them: one line, near to Python's own form, safe to show.</summary>
public static class ValueText
{
    /// <summary>The value on one line.</summary>
    /// <param name="value">The value.</param>
    /// <param name="limits">How much of it is shown.</param>
    public static string Of(Value value, ValueLimits limits)
    {
        var text = new StringBuilder();
        Append(text, value, limits, 0);
        return text.ToString();
    }

    /// <summary>A name that any program may choose: as it is, or in quotes where it could be taken for more.</summary>
    internal static string Name(string name, int maxLength) =>
        name.Length > 0
        && name.Length <= maxLength
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':')
            ? name
            : Quote(name, maxLength);

    /// <summary>A text in quotes; one that is cut says how long it is.</summary>
    internal static string Quote(string content, int maxLength)
    {
        if (content.Length <= maxLength)
            return TextEscape.Quote(content);
        var shown = TextEscape.Quote(TextEscape.Shorten(content, maxLength)[..^3]);
        return string.Create(CultureInfo.InvariantCulture, $"{shown}... ({content.Length:N0} characters)");
    }

    static void Append(StringBuilder text, Value value, ValueLimits limits, int depth)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                text.Append("None");
                break;
            case ValueKind.False or ValueKind.True:
                text.Append(value.AsBool ? "True" : "False");
                break;
            case ValueKind.Int or ValueKind.BigInt:
                AppendInteger(text, value.AsInteger, limits.Length);
                break;
            case ValueKind.Float:
                text.Append(FloatText(value.AsDouble));
                break;
            case ValueKind.Str or ValueKind.RawStr:
                text.Append(Quote(value.AsText!, limits.Length));
                break;
            case ValueKind.Bytes:
                var bytes = value.AsBytes;
                text.Append(TextEscape.Quote(bytes[..Math.Min(bytes.Length, limits.Length)]));
                if (bytes.Length > limits.Length)
                    text.Append(CultureInfo.InvariantCulture, $"... ({bytes.Length:N0} bytes)");
                break;
            case ValueKind.List:
                AppendList(text, value, limits, depth);
                break;
            case ValueKind.Map:
                AppendMap(text, value, limits, depth);
                break;
            case ValueKind.Truncated:
                var truncated = value.AsTruncated!;
                Append(text, truncated.Head, limits, depth + 1);
                text.Append(CultureInfo.InvariantCulture, $" (cut, {truncated.Length:N0} in all)");
                break;
            case ValueKind.Object:
                AppendObject(text, value.AsObject!, limits, depth);
                break;
            case ValueKind.Redacted:
                var redacted = value.AsRedacted!;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"<redacted {Name(redacted.Kind, limits.Length)}, {redacted.Length:N0} bytes>"
                );
                break;
        }
    }

    static void AppendInteger(StringBuilder text, BigInteger number, int maxLength)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        text.Append(Cut(digits, maxLength));
        if (digits.Length > maxLength)
            text.Append(CultureInfo.InvariantCulture, $" ({digits.Length:N0} digits)");
    }

    static void AppendList(StringBuilder text, Value value, ValueLimits limits, int depth)
    {
        if (depth >= limits.Depth)
        {
            text.Append("[...]");
            return;
        }

        text.Append('[');
        var count = Math.Min(value.Items.Length, limits.Items);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Append(text, value.Items[i], limits, depth + 1);
        }

        AppendRest(text, value.Items.Length - count);
        text.Append(']');
    }

    static void AppendMap(StringBuilder text, Value value, ValueLimits limits, int depth)
    {
        if (depth >= limits.Depth)
        {
            text.Append("{...}");
            return;
        }

        text.Append('{');
        var count = Math.Min(value.Entries.Length, limits.Items);
        for (var i = 0; i < count; i++)
        {
            var (key, entry) = value.Entries[i];
            if (i > 0)
                text.Append(", ");
            Append(text, key, limits, depth + 1);
            text.Append(": ");
            Append(text, entry, limits, depth + 1);
        }

        AppendRest(text, value.Entries.Length - count);
        text.Append('}');
    }

    static void AppendObject(StringBuilder text, ObjectValue value, ValueLimits limits, int depth)
    {
        text.Append('<').Append(Name(value.Type, limits.Length));
        foreach (var (name, fact) in value.Facts.IsDefault ? [] : value.Facts.Take(limits.Items))
        {
            text.Append(' ').Append(Name(name, limits.Length)).Append('=');
            if (depth >= limits.Depth)
                text.Append("...");
            else
                Append(text, fact, limits, depth + 1);
        }

        AppendRest(text, (value.Facts.IsDefault ? 0 : value.Facts.Length) - limits.Items);
        text.Append('>');
    }

    static void AppendRest(StringBuilder text, int count)
    {
        if (count > 0)
            text.Append(CultureInfo.InvariantCulture, $", ... {count:N0} more");
    }

    static string FloatText(double number) =>
        double.IsNaN(number) ? "nan"
        : double.IsPositiveInfinity(number) ? "inf"
        : double.IsNegativeInfinity(number) ? "-inf"
        : WithPoint(number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'));

    // As Python has it: 1.0 is no integer.
    static string WithPoint(string digits) => digits.AsSpan().ContainsAny('.', 'e') ? digits : $"{digits}.0";

    static string Cut(string text, int length) => TextEscape.Shorten(text, length);
}
