using AuditRules.Detection.Findings;
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
        Predicate<string>? couldContain
    )
    {
        if (fired > 0)
            return (Verdict.Fired, "");
        var needed = plan
            .Steps.SelectMany(s => s.Pattern.Alternatives)
            .Select(p => p.EventName)
            .Distinct()
            .ToArray();
        if (couldContain is not null && Absent(plan, couldContain) is { } absent)
            return (Verdict.Blind, $"the recording could not contain {absent}");
        if (couldContain is not null && Array.Find(needed, name => !couldContain(name)) is { } missing)
            return (
                Verdict.Unknown,
                $"the recording could not contain {missing}, one of the events of a step"
            );
        if (losses.FirstOrDefault(loss => Touches(loss, needed)) is { } lost)
            return (Verdict.Unknown, $"events were lost ({lost.Reason})");
        return evicted > 0
            ? (Verdict.Unknown, FormattableString.Invariant($"{evicted} partial matches were not kept"))
            : (Verdict.Clean, "");
    }

    // A step of several names can be taken while one of them is recorded.
    static string? Absent(RulePlan plan, Predicate<string> couldContain) =>
        plan
            .Steps.Select(s => s.Pattern.Alternatives.Select(p => p.EventName).Distinct().ToArray())
            .FirstOrDefault(names => !names.Any(name => couldContain(name)))
            is { } names
            ? string.Join(" or ", names)
            : null;

    static bool Touches(LossRecord loss, string[] needed) =>
        loss.Events.IsDefaultOrEmpty
        || loss.Named < loss.Count
        || loss.Events.Any(e => needed.Contains(e.Key));
}
