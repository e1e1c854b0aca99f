using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>What every plan must be, whoever made it.</summary>
static class PlanCheck
{
    public static void Require(IReadOnlyList<RulePlan> plans)
    {
        for (var i = 1; i < plans.Count; i++)
        {
            if (plans[i].Info.Id == plans[i - 1].Info.Id)
                throw new ArgumentException($"two rules have the id {plans[i].Info.Id}", nameof(plans));
        }

        foreach (var plan in plans)
        {
            if (plan.Steps.IsDefaultOrEmpty)
                throw new ArgumentException($"rule {plan.Info.Id} has no step", nameof(plans));
        }
    }
}
