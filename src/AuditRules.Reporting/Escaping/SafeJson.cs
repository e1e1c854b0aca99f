using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AuditRules.Reporting.Escaping;

/// <summary>
/// JSON that may be looked at in a terminal: what <see cref="TextEscape"/> would replace is written as <c>\u....</c>,
/// everything else as it is.
/// </summary>
public sealed unsafe class SafeJson : JavaScriptEncoder
{
    SafeJson() { }

    /// <summary>How reports write JSON: on one line.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = new SafeJson() };

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 12;

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            if (text[i] is < ' ' or > '~' or '"' or '\\')
                return i;
        }

        return -1;
    }

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is '"' or '\\'
        || !Rune.IsValid(unicodeScalar)
        || !TextEscape.IsShown(new Rune(unicodeScalar));

    /// <inheritdoc/>
    public override bool TryEncodeUnicodeScalar(
        int unicodeScalar,
        char* buffer,
        int bufferLength,
        out int numberOfCharactersWritten
    )
    {
        var target = new Span<char>(buffer, bufferLength);
        var text = Form(unicodeScalar);
        numberOfCharactersWritten = text.TryCopyTo(target) ? text.Length : 0;
        return numberOfCharactersWritten > 0;
    }

    string Form(int scalar)
    {
        var rune = Rune.IsValid(scalar) ? new Rune(scalar) : Rune.ReplacementChar;
        if (!WillEncode(rune.Value))
            return rune.ToString();
        return rune.Value switch
        {
            '"' => "\\\"",
            '\\' => @"\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => string.Concat(rune.ToString().Select(c => FormattableString.Invariant($"\\u{(int)c:x4}"))),
        };
    }
}
