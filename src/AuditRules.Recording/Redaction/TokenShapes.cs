using System.Buffers;
using System.Text;

namespace AuditRules.Recording.Redaction;

/// <summary>Tokens that are known by their shape (rule S65).</summary>
internal static class TokenShapes
{
    sealed record Shape(byte[] Prefix, int Least, SearchValues<byte> Of, bool Mixed);

    // An upper-case letter and a digit are asked for where the prefix alone is too common.
    static readonly Shape[] Shapes =
    [
        .. Of("ghp_ gho_ ghu_ ghs_ ghr_", 20, Bytes.Alnum),
        .. Of("github_pat_", 20, Bytes.Token),
        .. Of("npm_ hf_", 30, Bytes.Alnum),
        .. Of("sk_live_ sk_test_ rk_live_ rk_test_", 16, Bytes.Alnum),
        .. Of("whsec_", 24, Bytes.Alnum),
        .. Of("dop_v1_ doo_v1_", 40, Bytes.Alnum),
        .. Of("shpat_ shpca_ shppa_ shpss_", 32, Bytes.Alnum),
        .. Of("glsa_", 32, Bytes.Token),
        .. Of("glpat- gldt- glrt- glcbt- glptt-", 16, Bytes.Token),
        .. Of("xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp-", 10, Bytes.Token),
        .. Of("pypi-", 32, Bytes.Token, mixed: true),
        .. Of("sk-", 20, Bytes.Token, mixed: true),
        .. Of("GOCSPX-", 20, Bytes.Token),
        .. Of("AGE-SECRET-KEY-", 40, Bytes.Token),
    ];

    /// <summary>A token whose prefix ends at that trigger, or null.</summary>
    internal static Secret? At(ReadOnlySpan<byte> text, int at) =>
        text[at] switch
        {
            (byte)'I' => Capital(text, at),
            (byte)'J' => WebToken(text, at),
            _ => Prefixed(text, at),
        };

    static Secret? Prefixed(ReadOnlySpan<byte> text, int at)
    {
        foreach (var shape in Shapes)
        {
            if (!text[..(at + 1)].EndsWith(shape.Prefix))
                continue;
            var start = at + 1 - shape.Prefix.Length;
            var end = Bytes.Run(text, at + 1, shape.Of);
            var rest = text[(at + 1)..end];
            if (
                StandsAlone(text, start)
                && rest.Length >= shape.Least
                && (!shape.Mixed || (Bytes.HasUpper(rest) && Bytes.HasDigit(rest)))
            )
            {
                return new Secret(start, end, "token");
            }
        }

        return null;
    }

    // AKIA or ASIA and 16 more of AWS; AIza and 35 more of Google.
    static Secret? Capital(ReadOnlySpan<byte> text, int at)
    {
        if (
            at >= 2
            && text[at - 2] == 'A'
            && text[at - 1] is (byte)'K' or (byte)'S'
            && StandsAlone(text, at - 2)
        )
        {
            var end = Bytes.Run(text, at - 2, Bytes.Capitals);
            if (
                end - (at - 2) == 20
                && text[at + 1] == 'A'
                && !(end < text.Length && Bytes.IsLower(text[end]))
            )
                return new Secret(at - 2, end, "token");
        }

        if (at >= 1 && text[(at - 1)..].StartsWith("AIza"u8) && StandsAlone(text, at - 1))
        {
            var end = Bytes.Run(text, at - 1, Bytes.Token);
            if (end - (at - 1) >= 39)
                return new Secret(at - 1, end, "token");
        }

        return null;
    }

    // Three parts of base64url with points between them; the first is a JSON object.
    static Secret? WebToken(ReadOnlySpan<byte> text, int at)
    {
        if (at < 2 || text[at - 2] != 'e' || text[at - 1] != 'y' || !StandsAlone(text, at - 2))
            return null;
        var first = Bytes.Run(text, at - 2, Bytes.Token);
        if (first - (at - 2) < 10 || !Bytes.Is(text, first, '.'))
            return null;
        var second = Bytes.Run(text, first + 1, Bytes.Token);
        return second - (first + 1) < 10
            ? null
            : new Secret(at - 2, Bytes.Run(text, second, Bytes.TokenOrPoint), "token");
    }

    static bool StandsAlone(ReadOnlySpan<byte> text, int start) =>
        start == 0 || !Bytes.IsAlnum(text[start - 1]);

    static IEnumerable<Shape> Of(string prefixes, int least, SearchValues<byte> of, bool mixed = false) =>
        prefixes.Split(' ').Select(prefix => new Shape(Encoding.ASCII.GetBytes(prefix), least, of, mixed));
}
