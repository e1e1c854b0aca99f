using System.Text;

namespace AuditRules.Recording.Redaction;

/// <summary>Command lines with marks in place of secrets, as the hooks write them (rule S66).</summary>
internal static class CommandRedaction
{
    /// <summary>The arguments of a command, the program's own name first.</summary>
    internal static IReadOnlyList<string> Redact(IReadOnlyList<string> command, ReadOnlySpan<byte> key)
    {
        var redacted = new List<string>(command.Count);
        var asks = Asks.Nothing;
        foreach (var argument in command)
        {
            var text = Encoding.UTF8.GetBytes(argument);
            redacted.Add(Redact(text, asks, key) is { } other ? Encoding.UTF8.GetString(other) : argument);
            asks = text.AsSpan().StartsWith("-"u8) ? SecretNames.AsksOf(text) : Asks.Nothing;
        }

        return redacted;
    }

    /// <summary>A text with its secrets replaced, or null where it has none.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="item">It is a member of a list.</param>
    /// <param name="key">The run's key.</param>
    internal static byte[]? Redact(ReadOnlySpan<byte> text, bool item, ReadOnlySpan<byte> key)
    {
        var scan = new SecretScan(text, item);
        List<byte>? redacted = null;
        var from = 0;
        while (scan.Next() is { } found)
        {
            redacted ??= new List<byte>(text.Length + 64);
            redacted.AddRange(text[from..found.Start]);
            redacted.AddRange(Mark.Of(key, found.Kind, text[found.Start..found.End]));
            from = found.End;
        }

        redacted?.AddRange(text[from..]);
        return redacted?.ToArray();
    }

    static byte[]? Redact(ReadOnlySpan<byte> text, Asks asks, ReadOnlySpan<byte> key) =>
        IsAnswer(text, asks) ? Answer(text, asks, key) : Redact(text, item: true, key);

    // An option behind an option is no value.
    static bool IsAnswer(ReadOnlySpan<byte> text, Asks asks) =>
        asks != Asks.Nothing
        && text.Length > 0
        && !(text.Length > 2 && text.StartsWith("--"u8) && Bytes.IsAlnum(text[2]))
        && !Mark.StandsAt(text[SchemeOf(text, asks)..])
        && !Mark.StandsAt(text);

    static byte[] Answer(ReadOnlySpan<byte> text, Asks asks, ReadOnlySpan<byte> key)
    {
        var kept = SchemeOf(text, asks);
        return [.. text[..kept], .. Mark.Of(key, asks == Asks.Credentials ? "auth" : "named", text[kept..])];
    }

    // The length of a scheme and the space behind it.
    static int SchemeOf(ReadOnlySpan<byte> text, Asks asks)
    {
        if (asks != Asks.Credentials)
            return 0;
        var end = Bytes.Run(text[..Math.Min(text.Length, SecretNames.Longest - 1)], 0, Bytes.Alnum);
        return end > 0 && end + 1 < text.Length && text[end] == ' ' ? end + 1 : 0;
    }
}
