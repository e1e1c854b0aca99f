namespace AuditRules.Events.Python;

/// <summary>How typed views read what is more than one value.</summary>
static class Fields
{
    public static Value Fact(Value value, string fact) => value.AsObject?[fact] ?? default;

    /// <summary>The texts of a list, or of what was kept of one; what is no text is kept as an empty one, so that positions
    /// hold.</summary>
    public static IReadOnlyList<string> Texts(Value value)
    {
        value = ListOf(value);
        if (value.Kind != ValueKind.List)
            return value.AsText is { } text ? [text] : [];
        var items = value.Items;
        var texts = new string[items.Length];
        for (var i = 0; i < items.Length; i++)
            texts[i] = items[i].AsText ?? "";
        return texts;
    }

    /// <summary>The texts of a list joined by blanks; a text as it is.</summary>
    public static string Joined(Value value) =>
        ListOf(value).Kind == ValueKind.List ? string.Join(' ', Texts(value)) : value.AsText ?? "";

    static Value ListOf(Value value) => value.AsTruncated is { Kind: ValueKind.List } cut ? cut.Head : value;
}
