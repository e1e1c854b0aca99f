using System.Text;

namespace AuditRules.Recording.Redaction;

/// <summary>Names of secrets: of options, variables, parameters and keys (rule S64).</summary>
internal static class SecretNames
{
    /// <summary>The longest name that is looked at, in bytes; of a longer one, its end.</summary>
    internal const int Longest = 64;

    static readonly byte[][] Endings =
    [
        .. "password passwd passphrase passcode secret token apikey accesskey secretkey privatekey accountkey sharedkey authkey masterkey signingkey encryptionkey credential credentials signature sessionid sessid authorization cookie"
            .Split(' ')
            .Select(Encoding.ASCII.GetBytes),
    ];

    static readonly byte[][] LastWords =
    [
        .. "pass pwd pw sig auth jwt otp".Split(' ').Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Whether a value of that name is a secret.</summary>
    internal static bool Has(ReadOnlySpan<byte> name)
    {
        Span<byte> plain = stackalloc byte[Longest];
        int size = 0,
            word = 0;
        var end = name.Length > Longest ? name[^Longest..] : name;
        for (var i = 0; i < end.Length; i++)
        {
            var c = end[i];
            if (c is (byte)'_' or (byte)'-' or (byte)'.')
            {
                word = size;
                continue;
            }

            if (Bytes.IsUpper(c) && i > 0 && Bytes.IsAlnum(end[i - 1]) && !Bytes.IsUpper(end[i - 1]))
                word = size;
            plain[size++] = Bytes.IsUpper(c) ? (byte)(c | 32) : c;
        }

        foreach (var ending in Endings)
        {
            if (plain[..size].EndsWith(ending))
                return true;
        }

        // The working directory, not a password.
        if (name.SequenceEqual("PWD"u8))
            return false;
        foreach (var last in LastWords)
        {
            if (plain[word..size].SequenceEqual(last))
                return true;
        }

        return false;
    }

    /// <summary>What a text says of the value behind it.</summary>
    internal static Asks AsksOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest || text.ContainsAnyExcept(Bytes.Name) || !Has(text))
            return Asks.Nothing;
        return text.Length >= 13 && Bytes.IsWord(text[^13..], "authorization"u8)
            ? Asks.Credentials
            : Asks.Secret;
    }
}
