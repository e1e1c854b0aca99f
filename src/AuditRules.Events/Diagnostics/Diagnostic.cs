namespace AuditRules.Events.Diagnostics;

/// <summary>How serious a diagnostic is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The input can be used.</summary>
    Warning = 0,

    /// <summary>The input cannot be used.</summary>
    Error = 1,
}

/// <summary>A place in a text file.</summary>
/// <param name="File">The file as it was given, with forward slashes.</param>
/// <param name="Line">The line, from 1; 0 when only the file is known.</param>
/// <param name="Column">The column, from 1; 0 when it is not known.</param>
/// <param name="EndLine">The last line.</param>
/// <param name="EndColumn">The column after the last character.</param>
public readonly record struct TextSpan(string File, int Line, int Column, int EndLine, int EndColumn);

/// <summary>What is wrong with an input, where, and what to do: rules, traces and configuration alike.</summary>
/// <param name="Id">The kind of problem, as <c>FS0039</c> or <c>AR0012</c>.</param>
/// <param name="Severity">Whether the input can be used.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="Place">Where.</param>
/// <param name="SourceLine">The text of the first line there; empty when there is none.</param>
/// <param name="Hint">What to do about it; empty when there is nothing to add.</param>
public sealed record Diagnostic(
    string Id,
    DiagnosticSeverity Severity,
    string Message,
    TextSpan Place,
    string SourceLine,
    string Hint
)
{
    /// <summary>The first line as compilers write it: <c>rules/x.fsx(5,21): error FS0039: message</c>.</summary>
    public override string ToString()
    {
        var place = Place.Line > 0 ? FormattableString.Invariant($"({Place.Line},{Place.Column})") : "";
        var severity = Severity == DiagnosticSeverity.Error ? "error" : "warning";
        return $"{Place.File}{place}: {severity} {Id}: {Message}";
    }
}
