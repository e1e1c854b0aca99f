using System.Text.Json;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.RuleSets;
using AuditRules.Events.Diagnostics;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Rules;

/// <summary>Diagnostics of rules as the result of a command (docs/cli.md, C104 and C105).</summary>
static class DiagnosticOutput
{
    /// <summary>Writes them, and says how the command ends.</summary>
    public static ExitCode Write(
        CommandContext context,
        RuleFiles files,
        IReadOnlyList<Diagnostic> told,
        bool json
    )
    {
        var errors = told.Count(d => d.Severity == DiagnosticSeverity.Error);
        if (json)
        {
            using var lines = new JsonLines(context.OutStream());
            foreach (var diagnostic in told)
                lines.Write(writer => Write(writer, diagnostic));
        }
        else
        {
            DiagnosticText.Write(context.Out, told);
            var warnings = told.Count - errors;
            context.Out.Line(
                FormattableString.Invariant(
                    $"{Count(files.Files.Length, "file")}: {(errors == 0 ? "no errors" : Count(errors, "error"))}{(warnings == 0 ? "" : ", " + Count(warnings, "warning"))}"
                )
            );
        }

        return errors > 0 ? ExitCode.BadRules
            : told.Count > 0 ? ExitCode.Findings
            : ExitCode.Clean;
    }

    static string Count(int count, string what) =>
        FormattableString.Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    static void Write(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        var place = diagnostic.Place;
        json.WriteStartObject();
        json.WriteString("file", place.File);
        json.WriteNumber("line", place.Line);
        json.WriteNumber("column", place.Column);
        json.WriteNumber("endLine", place.EndLine);
        json.WriteNumber("endColumn", place.EndColumn);
        json.WriteString("severity", diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning");
        json.WriteString("id", diagnostic.Id);
        json.WriteString("message", diagnostic.Message);
        json.WriteString("hint", diagnostic.Hint);
        json.WriteEndObject();
    }
}
