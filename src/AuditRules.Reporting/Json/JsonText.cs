using System.Globalization;
using System.Text;
using AuditRules.Events;

namespace AuditRules.Reporting.Json;

/// <summary>Text that JSON can hold.</summary>
static class JsonText
{
    /// <summary>
    /// The text without lone surrogates, which many readers of JSON refuse: one that stands for a byte as <c>\xff</c>,
    /// any other, which only an author's code can make, as U+FFFD.
    /// </summary>
    public static string Valid(string? text)
    {
        if (text is null)
            return "";
        return text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? Replaced(text) : text;
    }

    static string Replaced(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; )
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                result.Append(rune.ToString());
                i += rune.Utf16SequenceLength;
                continue;
            }

            var c = text[i++];
            if (PythonText.IsByte(c))
                result.Append(CultureInfo.InvariantCulture, $"\\x{c & 0xff:x2}");
            else
                result.Append('\ufffd');
        }

        return result.ToString();
    }
}
