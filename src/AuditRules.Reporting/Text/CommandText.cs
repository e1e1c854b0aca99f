using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Text;

/// <summary>Command lines as people read them.</summary>
public static class CommandText
{
    /// <summary>
    /// The words with blanks between them, as a shell would have to be given them: quoted where that is needed, what
    /// cannot be shown as <c>$'\x1b'</c>. Safe to show.
    /// </summary>
    /// <param name="words">The program and its arguments; may be empty.</param>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    static string Word(string word)
    {
        if (word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "@%+=:,./_-".Contains(c)))
            return word;
        if (TextEscape.Line(word) == word)
            return $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        var quoted = TextEscape.Quote(word)[1..^1];
        return $"$'{quoted.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
    }
}
