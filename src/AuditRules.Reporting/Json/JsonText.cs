namespace AuditRules.Reporting.Json;

/// <summary>Text that JSON can hold.</summary>
static class JsonText
{
    /// <summary>The text with U+FFFD for lone surrogates: an author's code may make any text.</summary>
    public static string Valid(string? text)
    {
        if (text is null)
            return "";
        foreach (var c in text)
        {
            if (char.IsSurrogate(c))
                return string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
        }

        return text;
    }
}
