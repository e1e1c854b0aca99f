using System.Text;
using System.Text.Unicode;

namespace AuditRules.Events;

/// <summary>
/// Text as Python holds it, in .NET's strings (rule R36): where bytes are no UTF-8, each of them is one lone surrogate,
/// U+DC80 to U+DCFF, as Python's <c>surrogateescape</c> has it. Different bytes are different texts.
/// </summary>
public static class PythonText
{
    const int First = 0xdc80;
    const int Last = 0xdcff;
    const int EscapeBase = 0xdc00;
    const int SurrogateBytes = 3;

    /// <summary>Whether the character, when it is alone, stands for a byte; the byte is its low eight bits.</summary>
    public static bool IsByte(char character) => character is >= (char)First and <= (char)Last;

    /// <summary>Bytes as text, as <c>os.fsdecode</c> makes it of a path.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Decode(bytes, encoded: false);

    /// <summary>
    /// Python text that is not UTF-8, as it is recorded (<c>surrogatepass</c>): what stands for a byte in it is kept, so
    /// that a path is the same text whether the program gave it as bytes or as text.
    /// </summary>
    public static string DecodeRaw(ReadOnlySpan<byte> bytes) => Decode(bytes, encoded: true);

    /// <summary>The text as UTF-8, lone surrogates as three bytes each; different texts are different bytes.</summary>
    public static byte[] Encode(string text)
    {
        if (IsValid(text))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[text.Length * SurrogateBytes];
        var count = 0;
        for (var i = 0; i < text.Length; )
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                count += rune.EncodeToUtf8(bytes.AsSpan(count));
                i += rune.Utf16SequenceLength;
            }
            else
            {
                var c = text[i++];
                bytes[count++] = (byte)(0xe0 | (c >> 12));
                bytes[count++] = (byte)(0x80 | ((c >> 6) & 0x3f));
                bytes[count++] = (byte)(0x80 | (c & 0x3f));
            }
        }

        return bytes[..count];
    }

    /// <summary>The text as a value: as raw text when it has lone surrogates, which no other text may have.</summary>
    public static Value ToValue(string text) => IsValid(text) ? Value.Str(text) : Value.RawStr(Encode(text));

    /// <summary>The text with U+FFFD for lone surrogates, for what is written as text and is no value.</summary>
    public static string Valid(string text) =>
        IsValid(text) ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));

    static bool IsValid(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[(at + used)..];
        }

        return true;
    }

    static string Decode(ReadOnlySpan<byte> bytes, bool encoded)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[used..];
            }
            else if (encoded && EscapeAt(bytes) is var escape and not '\0')
            {
                text.Append(escape);
                bytes = bytes[SurrogateBytes..];
            }
            else
            {
                text.Append((char)(EscapeBase + bytes[0]));
                bytes = bytes[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>The character that stands for a byte and is encoded here, or U+0000.</summary>
    static char EscapeAt(ReadOnlySpan<byte> bytes)
    {
        if (
            bytes is not [0xed, var second, var third, ..]
            || (third & 0xc0) != 0x80
            || (second & 0xe0) != 0xa0
        )
            return '\0';
        var c = (char)(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
        return IsByte(c) ? c : '\0';
    }
}
