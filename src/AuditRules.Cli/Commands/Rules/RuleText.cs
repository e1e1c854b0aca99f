using System.Globalization;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Rules;

/// <summary>A rule as it will be run (docs/cli.md, C71).</summary>
static class RuleText
{
    public static void Write(Screen screen, RulePlan rule)
    {
        var info = rule.Info;
        screen.Write(new StyledLine().Add(info.Id, Tone.Strong).Add($" {info.Title}"));
        Field(screen, "severity", Names.Of(info.Severity));
        if (info.Maturity != Maturity.Stable)
            Field(screen, "maturity", Names.Of(info.Maturity));
        Field(screen, "place", info.Source.ToString());
        Field(screen, "mitre", string.Join(' ', info.Mitre));
        Field(screen, "tags", string.Join(' ', info.Tags));
        foreach (var reference in info.References)
            Field(screen, "see", reference);
        foreach (var harmless in info.FalsePositives)
            Field(screen, "harmless", harmless);
        Field(screen, "remedy", info.Remediation);
        var fire = rule.Examples.Count(e => e.ShouldFire);
        Field(
            screen,
            "examples",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{fire} on which it fires, {rule.Examples.Length - fire} on which it does not"
            )
        );
        screen.Line();
        for (var i = 0; i < rule.Steps.Length; i++)
            Write(screen, i, rule.Steps[i], isLast: i == rule.Steps.Length - 1);
        if (rule.Absence is { } absence)
            screen.Line(
                $"not followed by {absence.Pattern} on {absence.Key.Text} within {Of(absence.Within)}"
            );
        if (rule.Overlap == Overlap.All)
            screen.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"of each step's key every partial match waits, the last {new DetectionOptions().MaxPartialMatchesOfKey:N0} of them"
                )
            );
        if (rule.MaxSpan is { } span)
            screen.Line($"at most {Of(span)} from the first event to the last");
        if (rule.Count is { } count)
            Write(screen, count);
        foreach (var suppression in rule.Suppressions)
            screen.Line($"suppressed where {suppression.Condition.Text}   (code): {suppression.Reason}");
    }

    static void Write(Screen screen, int index, StepPlan step, bool isLast)
    {
        var alternatives = step.Pattern.Alternatives.ToArray();
        for (var i = 0; i < alternatives.Length; i++)
        {
            var start = string.Create(CultureInfo.InvariantCulture, $"{index + 1}. {step.Name}: ");
            screen.Write(
                new StyledLine().Add(i == 0 ? start : "   or ", Tone.Strong).Add(alternatives[i].EventName)
            );
            foreach (var condition in alternatives[i].Conditions)
                screen.Line($"     {condition}");
            foreach (var test in alternatives[i].Tests)
                screen.Line($"     where {test.Text}   (code)");
        }

        foreach (var condition in step.Conditions)
            screen.Line($"     where {condition.Text}   (code)");
        if (step.Key is { } key)
            screen.Line($"     on {key.Text}");
        else if (index > 0)
            screen.Line("     any later one");
        if (step.Within is { } window)
            screen.Line(
                $"     within {Of(window)} {(step.Together ? "from the first of the group to the last" : "of the step before")}"
            );
        if (step.Together)
            screen.Line("     in any order with the steps before");
        if (step.Runs is { } runs)
            screen.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"     {runs.From}{(runs.To is { } to ? $" to {to}" : isLast ? "" : " or more")} events of its key"
                )
            );
        foreach (var preceded in step.NotPrecededBy)
            screen.Line(
                $"     not preceded by {preceded.Pattern} on {preceded.Key.Text}{(preceded.Within is { } time ? $" within {Of(time)}" : "")}"
            );
        foreach (var unless in step.Unless)
            screen.Line($"     unless {unless.Pattern} on {unless.Key.Text}");
        foreach (var until in step.Until)
            screen.Line($"     until {until.Pattern} on {until.Key.Text}");
    }

    static void Write(Screen screen, ThresholdPlan threshold) =>
        screen.Line($"{threshold.Text} within {Of(threshold.Window)} for the same {threshold.KeyText}");

    static string Of(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    static void Field(Screen screen, string name, string text)
    {
        if (text.Length > 0)
            screen.Write(new StyledLine().Add($"{name, -10}", Tone.Faint).Add(text));
    }
}
