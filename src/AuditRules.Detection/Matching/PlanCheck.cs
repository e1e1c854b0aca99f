using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>What every plan must be, whoever made it.</summary>
static class PlanCheck
{
    public static void Require(IReadOnlyList<RulePlan> plans)
    {
        if (
            plans.GroupBy(p => p.Info.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is
            { } same
        )
            throw new ArgumentException($"two rules have the id {same.Key}", nameof(plans));
        foreach (var plan in RuleSet.With(plans))
        {
            if (ProblemOf(plan) is { } problem)
                throw new ArgumentException($"rule {plan.Info.Id} has {problem}", nameof(plans));
        }
    }

    static string? ProblemOf(RulePlan plan)
    {
        if (plan.Steps.IsDefaultOrEmpty)
            return "no step";
        var group = plan.Steps.Take(plan.GroupEnd).Skip(1).ToArray();
        if (plan.Steps.Count(s => s.Together) != group.Length)
            return "a step of a group that is not at its beginning";
        if (group.Any(s => s.Key is null || s.Runs is not null || !s.NotPrecededBy.IsEmpty))
            return "a step of a group without a key, with a run or with notPrecededBy";
        if (group.Length > 0 && plan.Overlap == Overlap.All)
            return "a group, of which all partial matches cannot be kept";
        if (plan.Steps[0].Runs is not null)
            return "a first step that is a run";
        if (plan.Steps[^1].Runs?.To is not null)
            return "a last step that is a run with an end";
        return plan.Count is not null && plan.Absence is not null ? "a threshold and an absence" : null;
    }
}
