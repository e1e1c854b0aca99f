using System.Text;

namespace AuditRules.Recording.Redaction;

/// <summary>What stands in place of a secret: <c>(redacted:KIND:PSEUDONYM)</c> (rule S61).</summary>
internal static class Mark
{
    const int PseudonymLength = 16;
    const int LongestKind = 5;

    static ReadOnlySpan<byte> Opening => "(redacted:"u8;

    /// <summary>The mark of a secret.</summary>
    internal static byte[] Of(ReadOnlySpan<byte> key, string kind, ReadOnlySpan<byte> secret) =>
        Encoding.ASCII.GetBytes($"(redacted:{kind}:{SipHash.Hex(key, secret)})");

    /// <summary>True when a text begins with a mark.</summary>
    internal static bool StandsAt(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith(Opening))
            return false;
        var rest = text[Opening.Length..];
        var kind = 0;
        while (kind < Math.Min(LongestKind, rest.Length) && Bytes.IsLower(rest[kind]))
            kind++;
        return rest.Length >= kind + PseudonymLength + 2
            && rest[kind] == ':'
            && rest[kind + PseudonymLength + 1] == ')'
            && !rest.Slice(kind + 1, PseudonymLength).ContainsAnyExcept(Bytes.Hexadecimal);
    }
}
