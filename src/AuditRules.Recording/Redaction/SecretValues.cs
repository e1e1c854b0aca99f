using System.Buffers;

namespace AuditRules.Recording.Redaction;

/// <summary>Where the value of a name begins and ends, and whether it is a secret (rules S63, S64).</summary>
internal static class SecretValues
{
    static readonly SearchValues<byte> StringPrefixes = SearchValues.Create("bBrRuUfF"u8);

    /// <summary>The value behind a name, in quotes or, where that may be, without; null when it is none.</summary>
    internal static Secret? Of(ReadOnlySpan<byte> text, int at, bool bare, int nameEnd, int floor)
    {
        var q = at;
        if (q + 1 < text.Length && StringPrefixes.Contains(text[q]) && text[q + 1] is (byte)'"' or (byte)'\'')
            q++;
        var escaped = Bytes.Is(text, q, '\\');
        q += escaped ? 1 : 0;
        int start,
            end;
        var quoted = q < text.Length && Bytes.IsQuote(text[q]);
        if (quoted)
        {
            start = q + 1;
            end = Closing(text, start, text[q], escaped);
        }
        else if (bare && !escaped)
        {
            start = at;
            end = Bytes.Until(text, at, Bytes.Stop);
        }
        else
        {
            return null;
        }

        return end <= start || IsReference(text[start..end], bare: !quoted)
            ? null
            : Named(text, nameEnd, start, end, floor);
    }

    /// <summary>A value that is known to be a secret. Of <c>Authorization: Bearer x</c> the scheme is none.</summary>
    internal static Secret Named(ReadOnlySpan<byte> text, int nameEnd, int start, int end, int floor)
    {
        if (!IsAuthorization(text, nameEnd, floor))
            return new Secret(start, end, "named");
        var scheme = Bytes.Run(text, start, Bytes.Alnum);
        if (scheme > start && scheme + 1 < end && text[scheme] == ' ')
            start = scheme + 1;
        return new Secret(start, end, "auth");
    }

    /// <summary>Whether a name that ends there is that of the header.</summary>
    internal static bool IsAuthorization(ReadOnlySpan<byte> text, int nameEnd, int floor) =>
        nameEnd - 13 >= floor && Bytes.IsWord(text[(nameEnd - 13)..nameEnd], "authorization"u8);

    /// <summary>What stands where the secret itself is elsewhere: a variable of a shell, a constant, a call.</summary>
    internal static bool IsReference(ReadOnlySpan<byte> value, bool bare)
    {
        if (
            Bytes.IsWord(value, "none"u8)
            || Bytes.IsWord(value, "null"u8)
            || Bytes.IsWord(value, "true"u8)
            || Bytes.IsWord(value, "false"u8)
        )
            return true;
        if (
            value.Length >= 2
            && value[0] == '$'
            && (
                Bytes.IsUpper(value[1])
                || Bytes.IsLower(value[1])
                || value[1] is (byte)'_' or (byte)'{' or (byte)'('
            )
        )
            return true;
        if (!bare || Bytes.HasDigit(value[..1]))
            return false;
        var end = Bytes.Run(value, 0, Bytes.Identifier);
        return end > 0 && Bytes.Is(value, end, '(');
    }

    /// <summary>
    /// AWS's secret keys have no prefix: 40 characters of base64 of all sorts, alone or as a value; null when there is
    /// none.
    /// </summary>
    internal static Secret? Aws(ReadOnlySpan<byte> text, int at)
    {
        if (at < text.Length && Bytes.IsQuote(text[at]))
            at++;
        if (at >= text.Length || text[at] == '/')
            return null;
        var end = Bytes.Run(text, at, Bytes.Base64);
        if (end - at != 40 || (end < text.Length && Bytes.Auth.Contains(text[end])))
            return null;
        var run = text[at..end];
        return Bytes.HasUpper(run) && Bytes.HasLower(run) && Bytes.HasDigit(run)
            ? new Secret(at, end, "token")
            : null;
    }

    /// <summary>
    /// Whether a text begins as the line by which a client of FTP, POP, SMTP, NNTP or IMAP logs in: Python raises an
    /// event for it.
    /// </summary>
    internal static bool IsLogin(ReadOnlySpan<byte> before)
    {
        if (
            before.SequenceEqual("PASS"u8)
            || before.SequenceEqual("AUTH PLAIN"u8)
            || before.SequenceEqual("authinfo pass"u8)
        )
            return true;
        var tag = before.Length - " LOGIN".Length;
        return tag is > 0 and <= SecretNames.Longest
            && before[tag..].SequenceEqual(" LOGIN"u8)
            && !before[..tag].ContainsAnyExcept(Bytes.Capitals);
    }

    static int Closing(ReadOnlySpan<byte> text, int from, byte quote, bool escaped)
    {
        var end = from;
        while (end < text.Length && text[end] != quote && !(escaped && text[end] == '\\'))
            end += text[end] == '\\' && end + 1 < text.Length ? 2 : 1;
        return end;
    }
}
