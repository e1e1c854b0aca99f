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

    /// <summary>True where code of that step is handed its events as a whole.</summary>
    public static bool HandsOn(RulePlan plan, int step)
    {
        var own = plan.Steps[step];
        var over = plan
            .Steps.SelectMany(s => s.Conditions.SelectMany(c => c.Reads).Concat(s.Key?.EarlierReads ?? []))
            .Concat(plan.Count?.Reads ?? [])
            .Where(r => r.Step == step);
        return own
            .Pattern.Alternatives.SelectMany(p => p.Tests)
            .SelectMany(t => t.Reads)
            .Concat(own.Key?.LaterReads ?? [])
            .Concat(over)
            .Any(r => r.Kind == ReadKind.Event);
    }
}
