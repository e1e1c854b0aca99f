using AuditRules.Detection.Patterns;

namespace AuditRules.Detection.Plans;

/// <summary>What the code of a rule surely reads of the events of its clauses (docs/spec/rules.md, R110): what could not be in a
/// recording makes the rule blind (R76).</summary>
static class PlanReads
{
    /// <summary>The pattern of each step, with what decides by its events.</summary>
    public static IEnumerable<EventPattern> StepsOf(RulePlan plan) => StepsOf(plan, []);

    /// <summary>The same of a rule of whose findings code reads the caller, which is that of an event of its steps.</summary>
    public static IEnumerable<EventPattern> StepsOf(RulePlan plan, IEnumerable<FieldRead> ofFindings)
    {
        var all = plan
            .Steps.SelectMany(s => s.Conditions.SelectMany(c => c.Reads).Concat(s.Key?.EarlierReads ?? []))
            .Concat(plan.Count?.Reads ?? [])
            .ToArray();
        var callers = ofFindings
            .Where(r => r.Kind == ReadKind.Caller)
            .Select(r => r with { EventName = null });
        return plan.Steps.Select(
            (step, i) =>
                step.Pattern.ReadBy(
                    all.Where(r => r.Step == i).Concat(step.Key?.LaterReads ?? []).Concat(callers)
                )
        );
    }

    /// <summary>The pattern of an event that drops or refuses what has its key.</summary>
    public static EventPattern Of(EventPattern pattern, StepKey key) =>
        pattern.ReadBy(
            key.LaterReads.Concat(
                key.EarlierReads.Where(r => r.Kind == ReadKind.Caller)
                    .Select(r => r with { EventName = null })
            )
        );

    /// <summary>What code that may have read anything was given of the events of that step: an event as a whole, or arguments
    /// that are not known.</summary>
    public static IEnumerable<FieldRead> HandedOn(RulePlan plan, int step)
    {
        var own = plan.Steps[step];
        var over = plan
            .Steps.SelectMany(s => s.Conditions.SelectMany(c => c.Reads).Concat(s.Key?.EarlierReads ?? []))
            .Concat(Drops(plan).SelectMany(d => d.Key.EarlierReads))
            .Concat(plan.Count?.Reads ?? [])
            .Where(r => r.Step == step);
        return own
            .Pattern.Alternatives.SelectMany(p => p.Tests)
            .SelectMany(t => t.Reads)
            .Concat(own.Key?.LaterReads ?? [])
            .Concat(over)
            .Where(r => !r.IsCertain);
    }

    /// <summary>The patterns of the events by which matches are dropped or refused, on both sides of the keys, with what is
    /// surely read of them.</summary>
    public static IEnumerable<EventPattern> Compared(RulePlan plan)
    {
        var earlier = Drops(plan).SelectMany(d => d.Key.EarlierReads).ToArray();
        return Drops(plan)
            .Select(d => Of(d.Pattern, d.Key))
            .Concat(plan.Steps.Select((step, i) => step.Pattern.ReadBy(earlier.Where(r => r.Step == i))));
    }

    static IEnumerable<(EventPattern Pattern, StepKey Key)> Drops(RulePlan plan) =>
        plan
            .Steps.SelectMany(s =>
                s.Unless.Concat(s.Until)
                    .Select(u => (u.Pattern, u.Key))
                    .Concat(s.NotPrecededBy.Select(p => (p.Pattern, p.Key)))
            )
            .Concat(plan.Absence is { } absence ? [(absence.Pattern, absence.Key)] : []);
}
