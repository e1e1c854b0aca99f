using AuditRules.Detection.Findings;
using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What may be said of a rule that did not throw.</summary>
static class Verdicts
{
    public static (Verdict Verdict, string Reason) Of(
        RulePlan plan,
        long fired,
        long evicted,
        IReadOnlyCollection<LossRecord> losses,
        string? undecided,
        Func<EventPattern, string?>? whyBlind
    )
    {
        if (fired > 0)
            return (Verdict.Fired, "");
        if (whyBlind is not null && Blind(plan, whyBlind) is { Reason: not null } found)
            return found!;
        var needed = plan
            .Steps.SelectMany(s => s.Pattern.PatternsNeeded())
            .Select(p => p.EventName)
            .ToHashSet();
        var hiding = Hiding.Of(plan).ToArray();
        needed.UnionWith(hiding.Select(p => p.EventName));
        if (losses.FirstOrDefault(loss => Unseen.MayHold(loss, needed)) is { } lost)
            return (Verdict.Unknown, $"events were lost ({lost.Reason})");
        if (whyBlind is not null && Array.Find(hiding, p => whyBlind(p) is not null) is { } absent)
            return (
                Verdict.Unknown,
                $"the recording could not contain {absent.EventName}, and a match too many may hide another: {whyBlind(absent)}"
            );
        if (undecided is not null)
            return (Verdict.Unknown, undecided);
        return evicted > 0
            ? (Verdict.Unknown, FormattableString.Invariant($"{evicted} partial matches were not kept"))
            : (Verdict.Clean, "");
    }

    // A step of several names can be taken while one of them is recorded, but not as often as it should.
    static (Verdict, string? Reason) Blind(RulePlan plan, Func<EventPattern, string?> whyBlind)
    {
        string? some = null;
        foreach (var step in PlanReads.StepsOf(plan))
        {
            var patterns = step.PatternsNeeded().ToArray();
            var absent = patterns
                .Select(p => (p.EventName, Why: whyBlind(p)))
                .Where(p => p.Why is not null)
                .Distinct()
                .ToArray();
            if (Array.TrueForAll(patterns, p => whyBlind(p) is not null))
                return (
                    Verdict.Blind,
                    string.Join(
                        "; ",
                        absent.Select(p => $"the recording could not contain {p.EventName}: {p.Why}")
                    )
                );
            if (absent is [var (name, why), ..])
                some ??= $"the recording could not contain {name}, one of the events of a step: {why}";
        }

        return (Verdict.Unknown, some);
    }
}
