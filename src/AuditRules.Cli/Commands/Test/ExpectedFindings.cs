using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Escaping;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Commands.Test;

/// <summary>What a recording is expected to give, as lines that people review (docs/cli.md, C61).</summary>
static class ExpectedFindings
{
    public const string Extension = ".expected";

    /// <summary>The lines for what a replay gave.</summary>
    public static ImmutableArray<string> Of(DetectionResult result)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (
            var finding in result.Findings.Where(f =>
                f.State == FindingState.New && f.Verdict == FindingVerdict.Match
            )
        )
        {
            lines.Add(TextEscape.Line($"{finding.Rule.Id}: {finding.Message}").TrimEnd());
            foreach (var (step, audited) in finding.Events)
                lines.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {TextEscape.Line(step)} {audited.Ordinal} {EventText.Name(audited.Name)}"
                    )
                );
        }

        foreach (var outcome in result.Outcomes)
        {
            if (outcome.Verdict is not (Verdict.Fired or Verdict.Clean))
                lines.Add(
                    TextEscape
                        .Line($"{outcome.Rule.Id} is {Names.Of(outcome.Verdict)}: {outcome.Reason}")
                        .TrimEnd()
                );
        }

        return lines.DrainToImmutable();
    }

    /// <summary>The lines of a file that count, of those rules alone when any are given.</summary>
    public static ImmutableArray<string> Parse(string text, IReadOnlySet<string>? rules)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var counts = true;
        foreach (var line in Lines(text))
        {
            if (IsComment(line))
                continue;
            if (!line.StartsWith(' '))
                counts = rules is null || rules.Contains(RuleOf(line));
            if (counts)
                lines.Add(line);
        }

        return lines.DrainToImmutable();
    }

    /// <summary>A file with those lines and the comments that it had.</summary>
    public static string Rewrite(string? text, string trace, IEnumerable<string> lines)
    {
        var comments = text is null
            ? [$"# What auditrules test expects to find in {trace}."]
            : Lines(text).Where(l => l.StartsWith('#'));
        return string.Concat(comments.Concat(lines).Select(l => l + "\n"));
    }

    static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.TrimEnd());

    static bool IsComment(string line) => line.Length == 0 || line.StartsWith('#');

    static string RuleOf(string line) => line[..Math.Max(0, line.AsSpan().IndexOfAny(':', ' '))];
}
