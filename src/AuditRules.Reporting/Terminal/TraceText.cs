using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;

namespace AuditRules.Reporting.Terminal;

/// <summary>What a report says of a trace behind its findings: rules that were not clean, damage, losses.</summary>
static class TraceText
{
    /// <summary>Writes it, and an empty line.</summary>
    /// <returns>False when there was nothing to write.</returns>
    public static bool Write(Screen screen, TraceReport trace, TextReportOptions options)
    {
        var wrote = false;
        foreach (var outcome in trace.Detection.Outcomes)
        {
            if (Of(outcome, options) is not { } words)
                continue;
            screen.Write(words);
            wrote = true;
        }

        foreach (var damage in trace.Damages)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $" at byte {damage.Offset:N0}");
            screen.Write(
                new StyledLine()
                    .Add("damage", Tone.Bad)
                    .Add($"{place} of {trace.Trace.Path}: {damage.Message} ({damage.Kind})")
            );
            wrote = true;
        }

        foreach (var loss in trace.Losses)
        {
            screen.Write(
                new StyledLine().Add("loss", Tone.Warning).Add($" in {trace.Trace.Path}: {LossText.Of(loss)}")
            );
            wrote = true;
        }

        if (!trace.Closed)
        {
            screen.Write(
                new StyledLine()
                    .Add("open", Tone.Warning)
                    .Add($" {trace.Trace.Path} has no end: what came later is not in it")
            );
            wrote = true;
        }

        if (options.Verbose)
            wrote |= ProgressText.Write(screen, trace.Detection.Outcomes);
        if (wrote)
            screen.Line();
        return wrote;
    }

    static StyledLine? Of(RuleOutcome outcome, TextReportOptions options)
    {
        var rule = outcome.Rule;
        if (outcome.Failure is { } failure)
        {
            var ordinal = string.Create(CultureInfo.InvariantCulture, $"{failure.Ordinal}");
            return new StyledLine()
                .Add("failed", Tone.Bad)
                .Add(
                    $" {rule.Id} {rule.Title}: {failure.Message}, at {failure.Location}, on event {ordinal} {failure.EventName}"
                );
        }

        if (outcome.Verdict is Verdict.Unknown or Verdict.Blind && !options.Quiet)
        {
            return new StyledLine()
                .Add(Names.Of(outcome.Verdict), Tone.Warning)
                .Add($" {rule.Id} {rule.Title}: {outcome.Reason}");
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
