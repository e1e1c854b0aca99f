using AuditRules.Events.Diagnostics;
using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Terminal;

/// <summary>Diagnostics as compilers show them: place and message, the line, carets, a hint (docs/cli.md, C40).</summary>
public static class DiagnosticText
{
    /// <summary>Writes the diagnostics in their order.</summary>
    public static void Write(Screen screen, IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
            Write(screen, diagnostic);
    }

    static void Write(Screen screen, Diagnostic diagnostic)
    {
        var tone = diagnostic.Severity == DiagnosticSeverity.Error ? Tone.Bad : Tone.Warning;
        var head = (diagnostic with { Message = "" }).ToString().TrimEnd();
        screen.Write(new StyledLine().Add(head, tone).Add($" {diagnostic.Message}"));
        if (diagnostic.SourceLine.Length > 0)
        {
            // Not fitted to the terminal: a broken line would part the carets from what they point at.
            screen.Writer.WriteLine($"  {TextEscape.Line(diagnostic.SourceLine)}");
            if (Carets(diagnostic) is { } carets)
                screen.Writer.WriteLine($"  {carets}");
        }

        if (diagnostic.Hint.Length > 0)
            screen.Line($"  hint: {diagnostic.Hint}");
    }

    // Counted in what is shown: an escaped character is wider than itself.
    static string? Carets(Diagnostic diagnostic)
    {
        var (line, place) = (diagnostic.SourceLine, diagnostic.Place);
        var start = place.Column - 1;
        if (start < 0 || start > line.Length)
            return null;
        var end =
            place.EndLine == place.Line ? Math.Clamp(place.EndColumn - 1, start, line.Length) : line.Length;
        var indent = TextEscape.Line(line[..start]).Length;
        var width = TextEscape.Line(line[start..end]).Length;
        return new string(' ', indent) + new string('^', Math.Max(1, width));
    }
}
