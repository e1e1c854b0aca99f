using System.Text;

namespace AuditRules.Recording.Attempts;

/// <summary>
/// The simple commands of a shell's text, as far as they can be told without running it: no variable, glob or
/// substitution is replaced.
/// </summary>
internal static class ShellCommands
{
    static readonly HashSet<string> Keywords = new(
        ["!", "{", "do", "elif", "else", "if", "then", "until", "while"],
        StringComparer.Ordinal
    );

    /// <summary>Each command's words, without assignments before them.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Of(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (c is '\'' or '"')
            {
                i = Quoted(text, i, word);
                isWord = true;
            }
            else if (c == '\\' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                isWord = true;
            }
            else if (c is not (' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '`'))
            {
                word.Append(c);
                isWord = true;
            }
            else
            {
                if (isWord)
                    Add(words, word.ToString());
                word.Clear();
                isWord = false;
                if (c is ' ' or '\t' || words.Count == 0)
                    continue;
                yield return words;
                words = [];
            }
        }
    }

    /// <summary>True for <c>NAME=value</c>.</summary>
    internal static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && !char.IsAsciiDigit(word[0])
            && word.AsSpan(0, equals).IndexOfAnyExcept(Names) < 0;
    }

    static readonly System.Buffers.SearchValues<char> Names = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    static void Add(List<string> words, string word)
    {
        if (words.Count > 0 || !(Keywords.Contains(word) || IsAssignment(word)))
            words.Add(word);
    }

    // The place of the closing quote, or the text's end.
    static int Quoted(string text, int open, StringBuilder word)
    {
        var i = open + 1;
        for (; i < text.Length && text[i] != text[open]; i++)
        {
            if (text[open] == '"' && text[i] == '\\' && i + 1 < text.Length)
                i++;
            word.Append(text[i]);
        }

        return i;
    }
}
