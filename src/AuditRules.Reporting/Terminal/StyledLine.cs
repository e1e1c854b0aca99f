using AuditRules.Reporting.Escaping;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AuditRules.Reporting.Terminal;

/// <summary>Text of several tones: escaped when it is added.</summary>
public sealed class StyledLine
{
    readonly List<Part> _parts = [];

    /// <summary>Adds text, escaped.</summary>
    public StyledLine Add(string text, Tone tone = Tone.Plain) => AddSafe(TextEscape.Line(text), tone);

    /// <summary>Adds text that is escaped already, as <see cref="Text.EventText"/> gives it.</summary>
    internal StyledLine AddSafe(string text, Tone tone = Tone.Plain)
    {
        _parts.Add(new(text, tone));
        return this;
    }

    /// <summary>
    /// The same, broken between words into lines of at most that many columns, all but the first indented.
    /// </summary>
    /// <param name="width">Columns; 0 for no limit.</param>
    /// <param name="indent">Columns in front of every line but the first.</param>
    internal StyledLine Fit(int width, int indent)
    {
        if (width <= indent + 10 || _parts.Sum(p => p.Text.Length) <= width)
            return this;
        var fitted = new StyledLine();
        var column = 0;
        foreach (var (text, tone) in _parts)
        {
            foreach (var word in Words(text, width - indent))
            {
                if (column > indent && column + word.TrimEnd(' ').Length > width)
                {
                    fitted.AddSafe("\n" + new string(' ', indent));
                    column = indent;
                }

                fitted.AddSafe(word, tone);
                column += word.Length;
            }
        }

        return fitted;
    }

    /// <summary>The text without its tones.</summary>
    internal string Plain() => string.Concat(_parts.Select(p => p.Text));

    internal IRenderable ToRenderable()
    {
        var paragraph = new Paragraph();
        foreach (var (text, tone) in _parts)
            paragraph.Append(text, StyleOf(tone));
        return paragraph;
    }

    // Each with the blanks behind it; a word of more than the room is cut into pieces.
    static IEnumerable<string> Words(string text, int room)
    {
        for (var start = 0; start < text.Length; )
        {
            var end = start;
            while (end < text.Length && text[end] != ' ' && end - start < room)
                end++;
            while (end < text.Length && text[end] == ' ')
                end++;
            yield return text[start..end];
            start = end;
        }
    }

    sealed record Part(string Text, Tone Tone);

    static Style StyleOf(Tone tone) =>
        tone switch
        {
            Tone.Strong => new Style(decoration: Decoration.Bold),
            Tone.Faint => new Style(foreground: Color.Grey),
            Tone.Good => new Style(foreground: Color.Green),
            Tone.Warning => new Style(foreground: Color.Yellow),
            Tone.Bad => new Style(foreground: Color.Red, decoration: Decoration.Bold),
            _ => Style.Plain,
        };
}
