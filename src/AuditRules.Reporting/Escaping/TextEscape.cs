using System.Globalization;
using System.Text;
using AuditRules.Events;

namespace AuditRules.Reporting.Escaping;

/// <summary>
/// Makes hostile text safe to show on one line of a terminal (docs/cli.md, C5). Every sink for people goes through it.
/// </summary>
public static class TextEscape
{
    /// <summary>
    /// The text on one line: control, format, unassigned and private characters, line and paragraph separators and
    /// lone surrogates in backslash forms, everything else as it is. A backslash stays single. <c>\xff</c> is a byte
    /// that is not UTF-8, U+0085 is <c>\u0085</c>.
    /// </summary>
    public static string Line(string text) => Needed(text) ? Escape(text, quoted: false) : text;

    /// <summary>The text in double quotes, so that it can be told apart from what stands around it.</summary>
    /// <remarks>A backslash and a quote in it get a backslash: the form is unambiguous.</remarks>
    public static string Quote(string text) =>
        Needed(text) || text.AsSpan().ContainsAny('"', '\\')
            ? $"\"{Escape(text, quoted: true)}\""
            : $"\"{text}\"";

    /// <summary>Bytes as Python shows them: <c>b"..."</c> with ASCII as it is and everything else as <c>\xff</c>.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var result = new StringBuilder("b\"", bytes.Length + 3);
        foreach (var b in bytes)
        {
            if (b < 0x80)
                Append(result, new Rune(b), quoted: true);
            else
                result.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return result.Append('"').ToString();
    }

    /// <summary>The text without its end when it is longer than that many characters; never half a surrogate pair.</summary>
    /// <returns>The text, or its beginning and <c>...</c></returns>
    public static string Shorten(string text, int length)
    {
        if (text.Length <= length)
            return text;
        var end = length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return string.Concat(text.AsSpan(0, end), "...");
    }

    static bool Needed(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~')
                return true;
        }

        return false;
    }

    static string Escape(string text, bool quoted)
    {
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; )
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                Append(result, rune, quoted);
                i += rune.Utf16SequenceLength;
            }
            else
            {
                var c = text[i++];
                if (PythonText.IsByte(c))
                    result.Append(CultureInfo.InvariantCulture, $"\\x{c & 0xff:x2}");
                else
                    result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        return result.ToString();
    }

    static void Append(StringBuilder result, Rune rune, bool quoted)
    {
        switch (rune.Value)
        {
            case '\n':
                result.Append("\\n");
                return;
            case '\r':
                result.Append("\\r");
                return;
            case '\t':
                result.Append("\\t");
                return;
            case 0:
                result.Append("\\0");
                return;
            case '"' or '\\' when quoted:
                result.Append('\\').Append((char)rune.Value);
                return;
        }

        if (IsShown(rune))
            result.Append(rune.ToString());
        else if (rune.IsAscii)
            result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        else if (rune.IsBmp)
            result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else
            result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }

    internal static bool IsShown(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );
}
