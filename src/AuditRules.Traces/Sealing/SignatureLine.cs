using System.Diagnostics.CodeAnalysis;

namespace AuditRules.Traces;

/// <summary>
/// A line of a C2SP signed note (T53): em dash, space, the key's name, space, and in base64 the key id and the signature.
/// </summary>
sealed record SignatureLine(string Name, ReadOnlyMemory<byte> KeyId, ReadOnlyMemory<byte> Signature)
{
    public const int KeyIdLength = 4;

    const string Start = "\u2014 ";

    /// <summary>Whether a key may have that name.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c));

    public static bool TryParse(string line, [NotNullWhen(true)] out SignatureLine? parsed)
    {
        parsed = null;
        if (!line.StartsWith(Start, StringComparison.Ordinal))
            return false;
        var space = line.IndexOf(' ', Start.Length);
        if (space < 0 || !IsName(line[Start.Length..space]))
            return false;
        var text = line[(space + 1)..];
        var bytes = new byte[text.Length];
        if (
            !Convert.TryFromBase64String(text, bytes, out var length)
            || length <= KeyIdLength
            || Convert.ToBase64String(bytes, 0, length) != text
        )
            return false;
        parsed = new SignatureLine(
            line[Start.Length..space],
            bytes.AsMemory(0, KeyIdLength),
            bytes.AsMemory(KeyIdLength, length - KeyIdLength)
        );
        return true;
    }

    public override string ToString() =>
        $"{Start}{Name} {Convert.ToBase64String([.. KeyId.Span, .. Signature.Span])}";
}
