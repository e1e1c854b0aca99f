using AuditRules.Events;
using AuditRules.Reporting.Escaping;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>Whether a text occurs in an event, whatever the case (docs/cli.md, C52).</summary>
static class EventSearch
{
    public static bool Holds(EventView audited, string text)
    {
        if (Holds(audited.Name, text))
            return true;
        if (audited.Caller is { } caller && (Holds(caller.File, text) || Holds(caller.Function, text)))
            return true;
        for (var i = 0; i < audited.ArgumentCount; i++)
        {
            if (Holds(audited[i], text))
                return true;
        }

        return false;
    }

    // Values are nested 64 deep at most: the reader refuses deeper ones.
    static bool Holds(Value value, string text) =>
        value.Kind switch
        {
            ValueKind.Str or ValueKind.RawStr => Holds(value.AsText!, text),
            ValueKind.Bytes => Holds(value.AsText!, text)
                || (IsEscape(text) && IsWithin(TextEscape.Quote(value.AsBytes), text)),
            // A number is found as a whole: 80 is not in 8080.
            ValueKind.Int or ValueKind.BigInt or ValueKind.Float => ValueText
                .Of(value, ValueLimits.None)
                .Equals(text, StringComparison.OrdinalIgnoreCase),
            ValueKind.List => HoldsAny(value.Items, text),
            ValueKind.Map => HoldsAny(value.Entries, text),
            ValueKind.Truncated => Holds(value.AsTruncated!.Head, text),
            ValueKind.Object => Holds(value.AsObject!, text),
            ValueKind.Redacted => IsWithin(value.AsRedacted!.Kind, text)
                || IsWithin(value.AsRedacted.Pseudonym, text),
            _ => false,
        };

    static bool HoldsAny(ReadOnlySpan<Value> items, string text)
    {
        foreach (var item in items)
        {
            if (Holds(item, text))
                return true;
        }

        return false;
    }

    static bool HoldsAny(ReadOnlySpan<KeyValuePair<Value, Value>> entries, string text)
    {
        foreach (var (key, entry) in entries)
        {
            if (Holds(key, text) || Holds(entry, text))
                return true;
        }

        return false;
    }

    static bool Holds(ObjectValue value, string text) =>
        Holds(value.Type, text)
        || (!value.Facts.IsDefault && value.Facts.Any(fact => Holds(fact.Value, text)));

    // What was taken from a listing has the backslash forms of the listing.
    static bool Holds(string content, string text) =>
        IsWithin(content, text) || (IsEscape(text) && IsWithin(TextEscape.Quote(content), text));

    static bool IsEscape(string text) => text.Contains('\\');

    static bool IsWithin(string content, string text) =>
        content.Contains(text, StringComparison.OrdinalIgnoreCase);
}
