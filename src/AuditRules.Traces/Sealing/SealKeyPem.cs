namespace AuditRules.Traces;

/// <summary>A file that does not hold a key for seals; the message says in words what it is.</summary>
#pragma warning disable RCS1194 // It is never made without a message.
public sealed class SealKeyException : Exception
#pragma warning restore RCS1194
{
    /// <summary>That problem.</summary>
    public SealKeyException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>What stands in a PEM file, told by its labels: whoever reads the message must see what to change.</summary>
static class SealKeyPem
{
    const string Parameters = "EC PARAMETERS";

    /// <summary>Whether the one key in the text is private.</summary>
    /// <exception cref="SealKeyException">There is not exactly one key that could be of the right kind.</exception>
    public static bool IsPrivate(string pem)
    {
        var labels = new List<string>();
        foreach (var (label, body) in Blocks(pem))
        {
            if (body.Contains("ENCRYPTED", StringComparison.Ordinal))
                throw new SealKeyException("the key is encrypted");
            if (label != Parameters)
                labels.Add(label);
        }

        return labels switch
        {
            [] => throw new SealKeyException("it holds no key in PEM form"),
            ["PRIVATE KEY" or "EC PRIVATE KEY"] => true,
            ["PUBLIC KEY"] => false,
            ["ENCRYPTED PRIVATE KEY"] => throw new SealKeyException("the key is encrypted"),
            ["CERTIFICATE"] => throw new SealKeyException("it is a certificate, not a key"),
            [var other] => throw new SealKeyException($"it is of another kind: {other}"),
            _ => throw new SealKeyException("it holds more than one key"),
        };
    }

    static IEnumerable<(string Label, string Body)> Blocks(string pem)
    {
        const string Begin = "-----BEGIN ";
        const string Dashes = "-----";
        for (var at = 0; (at = pem.IndexOf(Begin, at, StringComparison.Ordinal)) >= 0; )
        {
            at += Begin.Length;
            var end = pem.IndexOf(Dashes, at, StringComparison.Ordinal);
            if (end < 0)
                yield break;
            var label = pem[at..end];
            at = end + Dashes.Length;
            var close = pem.IndexOf($"-----END {label}-----", at, StringComparison.Ordinal);
            if (close < 0)
                throw new SealKeyException("it ends within a key");
            yield return (label, pem[at..close]);
            at = close;
        }
    }
}
