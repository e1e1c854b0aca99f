using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>The events of <c>unless</c> and <c>until</c> that must not come while a partial match waits, and what of that is
/// in doubt when it takes its step (R52).</summary>
sealed class Guards(RulePlan plan)
{
    readonly EventPattern[][] _patterns =
    [
        .. Enumerable.Range(0, plan.Steps.Length + 1).Select(awaited => Of(plan, awaited)),
    ];

    /// <summary>What a match rests on when it has waited for that step (the number of steps: for the end of a window) from the
    /// one time to the other; null for nothing.</summary>
    public Doubt[]? Add(Doubt[]? known, int awaited, long from, long to)
    {
        var patterns = _patterns[awaited];
        if (patterns.Length == 0)
            return known;
        // A run waits for one step many times.
        if (known is [.., { IgnoresGaps: true } last] && last.Patterns == patterns)
            return [.. known[..^1], last with { To = to }];
        return [.. known ?? [], new(patterns, from, to) { IgnoresGaps = true }];
    }

    static EventPattern[] Of(RulePlan plan, int awaited)
    {
        var unless = awaited < plan.Steps.Length ? plan.Steps[awaited].Unless : [];
        var until = plan.Steps.Take(awaited + 1).SelectMany(s => s.Until);
        return [.. unless.Concat(until).SelectMany(u => u.Pattern.PatternsNeeded())];
    }
}
