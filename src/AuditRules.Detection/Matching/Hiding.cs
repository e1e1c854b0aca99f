using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>
/// Which events, other than those of steps, a rule must have seen that it can be called clean (R26). One that must not come
/// and went unseen makes a match more; that match may take the place of another (R7), use up a count (R16) or change a
/// state (R49), and so hide a finding.
/// </summary>
static class Hiding
{
    /// <summary>The patterns of those events.</summary>
    public static IEnumerable<EventPattern> Of(RulePlan plan) =>
        Patterns(plan).SelectMany(p => p.PatternsNeeded());

    /// <summary>Before so many of the first steps a match too many may hide another one of the same rule.</summary>
    public static int StepsOf(RulePlan plan) =>
        plan.Count is not null ? plan.Steps.Length
        // What has taken the last step takes nobody's place.
        : plan.Overlap == Overlap.Latest ? plan.Steps.Length - 1
        : 0;

    /// <summary>True where an event too many that takes that step may hide a finding: what waited for the step waits no more,
    /// and what the event makes of it is no finding, but goes on or is suppressed.</summary>
    public static bool ByTaking(RulePlan plan, int step) =>
        step < StepsOf(plan)
        || (
            step > 0
            && (
                step < plan.Steps.Length - 1
                || plan.Absence is not null
                || !plan.Suppressions.IsDefaultOrEmpty
            )
        );

    static IEnumerable<EventPattern> Patterns(RulePlan plan)
    {
        var refusing = plan.Steps.Where((_, step) => ByTaking(plan, step)).SelectMany(Refusing);
        var own = plan.Steps.Take(StepsOf(plan)).SelectMany(Excluded).Concat(refusing);
        var below = plan.BuiltOn.SelectMany(Patterns);
        return MayHide(plan) ? [.. own, .. below, .. plan.BuiltOn.SelectMany(Spurious)] : [.. own, .. below];
    }

    // A finding too many of a rule below hides another one as a match too many does, or by what it drops.
    static bool MayHide(RulePlan plan) =>
        plan.Steps.Length > 1
        || plan.Count is not null
        || plan.Absence is not null
        || Excluded(plan.Steps[0]).Any();

    // Everything without which a rule has findings too many.
    static IEnumerable<EventPattern> Spurious(RulePlan plan) =>
        plan
            .Steps.SelectMany(Excluded)
            .Concat(plan.Absence is { } absence ? [PlanReads.Of(absence.Pattern, absence.Key)] : [])
            .Concat(plan.BuiltOn.SelectMany(Spurious));

    static IEnumerable<EventPattern> Excluded(StepPlan step) =>
        step.Unless.Concat(step.Until).Select(u => PlanReads.Of(u.Pattern, u.Key)).Concat(Refusing(step));

    static IEnumerable<EventPattern> Refusing(StepPlan step) =>
        step.NotPrecededBy.Select(p => PlanReads.Of(p.Pattern, p.Key));
}
