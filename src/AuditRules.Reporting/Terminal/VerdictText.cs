using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;

namespace AuditRules.Reporting.Terminal;

/// <summary>Rules that were neither clean nor simply fired, with the reason (docs/cli.md, C37).</summary>
static class VerdictText
{
    /// <summary>A line a rule; rules that are unknown or blind for one reason share a line.</summary>
    public static IEnumerable<StyledLine> Of(ImmutableArray<RuleOutcome> outcomes, TextReportOptions options)
    {
        var doubtful = outcomes
            .Where(o => o.Failure is null && o.Verdict is Verdict.Unknown or Verdict.Blind)
            .ToLookup(o => new { o.Verdict, o.Reason });
        foreach (var outcome in outcomes)
        {
            var alike = doubtful[new { outcome.Verdict, outcome.Reason }];
            if (!alike.Contains(outcome))
            {
                if (Of(outcome) is { } words)
                    yield return words;
            }
            else if (!options.Quiet && alike.First() == outcome)
            {
                yield return Of([.. alike]);
            }
        }
    }

    static StyledLine Of(ImmutableArray<RuleOutcome> alike)
    {
        var first = alike[0];
        var which =
            alike.Length == 1
                ? $"{first.Rule.Id} {first.Rule.Title}"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{alike.Length:N0} rules ({string.Join(", ", alike.Select(o => o.Rule.Id))})"
                );
        return new StyledLine().Add(Names.Of(first.Verdict), Tone.Warning).Add($" {which}: {first.Reason}");
    }

    static StyledLine? Of(RuleOutcome outcome)
    {
        var rule = outcome.Rule;
        if (outcome.Failure is { } failure)
        {
            var at =
                failure.Ordinal == RuleFailure.NoEvent
                    ? ""
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $", on event {failure.Ordinal} {EventText.Name(failure.EventName, ValueLimits.Usual)}"
                    );
            return new StyledLine()
                .Add("failed", Tone.Bad)
                .Add($" {rule.Id} {rule.Title}: {failure.Message}, at {failure.Location}{at}");
        }

        if (outcome.Evicted > 0 && outcome.Verdict == Verdict.Fired)
        {
            return new StyledLine()
                .Add("incomplete", Tone.Warning)
                .Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $" {rule.Id} {rule.Title}: {outcome.Evicted:N0} partial matches were not kept"
                    )
                );
        }

        return null;
    }
}
