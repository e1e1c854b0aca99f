using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Terminal;

/// <summary>How far every rule got, one step a line (docs/cli.md, C39).</summary>
static class ProgressText
{
    public static bool Write(Screen screen, ImmutableArray<RuleOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            screen.Write(
                new StyledLine()
                    .Add(outcome.Rule.Id, Tone.Strong)
                    .Add($" {outcome.Rule.Title}: {Names.Of(outcome.Verdict)}")
            );
            foreach (var step in outcome.Progress)
                screen.Line($"  {step.Step}: {Of(step)}", Tone.Faint);
        }

        return !outcomes.IsEmpty;
    }

    /// <summary>A step in words, as <c>12 matched, 3 without an earlier step, 9 taken</c>.</summary>
    public static string Of(StepProgress step)
    {
        (long Count, string What)[] parts =
        [
            (step.WithoutPartner, Without(step.Join)),
            (step.TooLate, "too late"),
            (step.Refused, "refused by where"),
            (step.Preceded, "refused by notPrecededBy"),
            (step.Dropped, "dropped by unless"),
            (step.DroppedByUntil, "dropped by until"),
            (step.RunsOver, "dropped, for the run went on"),
        ];
        var between = parts.Where(p => p.Count > 0).Select(p => Number(p.Count, p.What));
        (long Count, string What)[] behind =
        [
            (step.Followed, "dropped by notFollowedBy"),
            (step.Ended, "dropped by until before the window ended"),
        ];
        var after = behind.Where(p => p.Count > 0).Select(p => Number(p.Count, p.What));
        return string.Join(
            ", ",
            [Number(step.Matched, "matched"), .. between, Number(step.Taken, "taken"), .. after]
        );
    }

    static string Without(StepJoin join) =>
        join switch
        {
            StepJoin.Any => "without an earlier step",
            StepJoin.Group => "without a complete group",
            _ => "without an earlier step of the same key",
        };

    static string Number(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}");
}
