using System.Text;
using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Terminal;

/// <summary>Tables without lines: columns that can be read, and cut by other tools.</summary>
public static class TableText
{
    /// <summary>Writes a heading and rows; the last column is as wide as it needs.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="heading">The names of the columns.</param>
    /// <param name="rows">Rows of as many cells, not escaped yet.</param>
    /// <param name="numbers">How many of the first columns are numbers, and stand at the right.</param>
    public static void Write(
        Screen screen,
        IReadOnlyList<string> heading,
        IReadOnlyList<IReadOnlyList<string>> rows,
        int numbers = 0
    )
    {
        var escaped = rows.Select(row => row.Select(TextEscape.Line).ToArray()).ToArray();
        var widths = heading
            .Select(
                (name, i) => Math.Max(name.Length, escaped.Select(r => r[i].Length).DefaultIfEmpty().Max())
            )
            .ToArray();
        screen.Write(new StyledLine().AddSafe(Line(heading, widths, numbers), Tone.Faint));
        foreach (var row in escaped)
            screen.Write(new StyledLine().AddSafe(Fit(Line(row, widths, numbers), screen.Options.Width)));
    }

    // A row that is wider than the terminal is cut: broken over lines it is no table.
    static string Fit(string line, int width) =>
        width > 3 && line.Length > width ? TextEscape.Shorten(line, width - 3) : line;

    static string Line(IReadOnlyList<string> cells, int[] widths, int numbers)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0)
                line.Append("  ");
            var last = i == cells.Count - 1;
            line.Append(
                i < numbers ? cells[i].PadLeft(widths[i])
                : last ? cells[i]
                : cells[i].PadRight(widths[i])
            );
        }

        return line.ToString().TrimEnd();
    }
}
