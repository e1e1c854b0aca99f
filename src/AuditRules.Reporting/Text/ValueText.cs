using System.Globalization;
using System.Text;
using AuditRules.Events;
using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Text;

/// <summary>Values as people read them: one line, near to Python's own form, safe to show.</summary>
public static class ValueText
{
    /// <summary>Characters of one text that are shown when nothing else is said.</summary>
    public const int DefaultLength = 120;

    // A value may be nested 64 deep and hold millions of items: what is shown of it is bounded.
    const int MaxItems = 16;
    const int MaxDepth = 4;

    /// <summary>The value on one line.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maxLength">Characters shown of any one text in it; what is left out is counted.</param>
    public static string Of(Value value, int maxLength = DefaultLength)
    {
        var text = new StringBuilder();
        Append(text, value, maxLength, 0);
        return text.ToString();
    }

    static void Append(StringBuilder text, Value value, int maxLength, int depth)
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
                text.Append(Cut(value.AsInteger.ToString(CultureInfo.InvariantCulture), maxLength));
                break;
            case ValueKind.Float:
                text.Append(FloatText(value.AsDouble));
                break;
            case ValueKind.Str or ValueKind.RawStr:
                AppendQuoted(text, value.AsText!, maxLength);
                break;
            case ValueKind.Bytes:
                var bytes = value.AsBytes;
                text.Append(TextEscape.Quote(bytes[..Math.Min(bytes.Length, maxLength)]));
                if (bytes.Length > maxLength)
                    text.Append(CultureInfo.InvariantCulture, $"... ({bytes.Length:N0} bytes)");
                break;
            case ValueKind.List:
                AppendList(text, value, maxLength, depth);
                break;
            case ValueKind.Map:
                AppendMap(text, value, maxLength, depth);
                break;
            case ValueKind.Truncated:
                var truncated = value.AsTruncated!;
                Append(text, truncated.Head, maxLength, depth + 1);
                text.Append(CultureInfo.InvariantCulture, $" (cut, {truncated.Length:N0} in all)");
                break;
            case ValueKind.Object:
                AppendObject(text, value.AsObject!, maxLength, depth);
                break;
            case ValueKind.Redacted:
                var redacted = value.AsRedacted!;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"<redacted {TextEscape.Line(Cut(redacted.Kind, maxLength))}, {redacted.Length:N0} bytes>"
                );
                break;
        }
    }

    static void AppendQuoted(StringBuilder text, string content, int maxLength)
    {
        var shown = TextEscape.Shorten(content, maxLength);
        if (content.Length <= maxLength)
            text.Append(TextEscape.Quote(content));
        else
            text.Append(
                CultureInfo.InvariantCulture,
                $"{TextEscape.Quote(shown[..^3])}... ({content.Length:N0} characters)"
            );
    }

    static void AppendList(StringBuilder text, Value value, int maxLength, int depth)
    {
        if (depth >= MaxDepth)
        {
            text.Append("[...]");
            return;
        }

        text.Append('[');
        var count = Math.Min(value.Items.Length, MaxItems);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Append(text, value.Items[i], maxLength, depth + 1);
        }

        AppendRest(text, value.Items.Length - count);
        text.Append(']');
    }

    static void AppendMap(StringBuilder text, Value value, int maxLength, int depth)
    {
        if (depth >= MaxDepth)
        {
            text.Append("{...}");
            return;
        }

        text.Append('{');
        var count = Math.Min(value.Entries.Length, MaxItems);
        for (var i = 0; i < count; i++)
        {
            var (key, entry) = value.Entries[i];
            if (i > 0)
                text.Append(", ");
            Append(text, key, maxLength, depth + 1);
            text.Append(": ");
            Append(text, entry, maxLength, depth + 1);
        }

        AppendRest(text, value.Entries.Length - count);
        text.Append('}');
    }

    static void AppendObject(StringBuilder text, ObjectValue value, int maxLength, int depth)
    {
        text.Append('<').Append(TextEscape.Line(Cut(value.Type, maxLength)));
        foreach (var (name, fact) in value.Facts.IsDefault ? [] : value.Facts.Take(MaxItems))
        {
            text.Append(' ').Append(TextEscape.Line(Cut(name, maxLength))).Append('=');
            if (depth >= MaxDepth)
                text.Append("...");
            else
                Append(text, fact, maxLength, depth + 1);
        }

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
        : number.ToString("R", CultureInfo.InvariantCulture);

    static string Cut(string text, int length) => TextEscape.Shorten(text, length);
}
