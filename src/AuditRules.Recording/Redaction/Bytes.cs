using System.Buffers;
using System.Text;

namespace AuditRules.Recording.Redaction;

/// <summary>Classes of bytes that the rules of redaction speak of, and runs of them.</summary>
internal static class Bytes
{
    const string AlnumOnly = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    internal static readonly SearchValues<byte> Alnum = Of(AlnumOnly);
    internal static readonly SearchValues<byte> Digits = Of("0123456789");
    internal static readonly SearchValues<byte> Hexadecimal = Of("0123456789abcdef");
    internal static readonly SearchValues<byte> Capitals = Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>The name of an option, a variable, a parameter.</summary>
    internal static readonly SearchValues<byte> Name = Of(AlnumOnly + "_.-");

    /// <summary>Base64url.</summary>
    internal static readonly SearchValues<byte> Token = Of(AlnumOnly + "_-");
    internal static readonly SearchValues<byte> TokenOrPoint = Of(AlnumOnly + "_-.");
    internal static readonly SearchValues<byte> Identifier = Of(AlnumOnly + "_.");
    internal static readonly SearchValues<byte> Base64 = Of(AlnumOnly + "+/");

    /// <summary>The credentials of an HTTP header.</summary>
    internal static readonly SearchValues<byte> Auth = Of(AlnumOnly + "._~+/=-");

    /// <summary>What ends a value without quotes.</summary>
    internal static readonly SearchValues<byte> Stop = Of(Controls() + "\x7f\"'`&;,)]}<>|\\");

    /// <summary>What ends the authority of a URL.</summary>
    internal static readonly SearchValues<byte> AuthorityEnd = Of(Controls() + "/?#\"<>`\\");

    /// <summary>Where a rule begins to look.</summary>
    internal static readonly SearchValues<byte> Triggers = Of(":= -_IJ");

    /// <summary>The first place from there on that is of no such byte.</summary>
    internal static int Run(ReadOnlySpan<byte> text, int from, SearchValues<byte> of) =>
        from >= text.Length ? text.Length : After(text, from, text[from..].IndexOfAnyExcept(of));

    /// <summary>The first place from there on that is such a byte.</summary>
    internal static int Until(ReadOnlySpan<byte> text, int from, SearchValues<byte> of) =>
        from >= text.Length ? text.Length : After(text, from, text[from..].IndexOfAny(of));

    internal static bool IsUpper(byte b) => b is >= (byte)'A' and <= (byte)'Z';

    internal static bool IsLower(byte b) => b is >= (byte)'a' and <= (byte)'z';

    internal static bool IsAlnum(byte b) => Alnum.Contains(b);

    internal static bool IsQuote(byte b) => b is (byte)'"' or (byte)'\'' or (byte)'`';

    /// <summary>Whether the byte at a place is that; false behind the end.</summary>
    internal static bool Is(ReadOnlySpan<byte> text, int at, char c) =>
        (uint)at < (uint)text.Length && text[at] == c;

    internal static bool HasUpper(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyInRange((byte)'A', (byte)'Z') >= 0;

    internal static bool HasLower(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyInRange((byte)'a', (byte)'z') >= 0;

    internal static bool HasDigit(ReadOnlySpan<byte> text) => text.IndexOfAny(Digits) >= 0;

    /// <summary>Equal to a word in lower case, whatever the case.</summary>
    internal static bool IsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(text, word);

    static int After(ReadOnlySpan<byte> text, int from, int found) => found < 0 ? text.Length : from + found;

    static SearchValues<byte> Of(string bytes) => SearchValues.Create(Encoding.ASCII.GetBytes(bytes));

    static string Controls() => new([.. Enumerable.Range(0, 33).Select(c => (char)c)]);
}
