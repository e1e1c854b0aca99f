using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>Rules and the rules that they are built on. A rule is made after those whose findings it sees, so that none is
/// built on itself.</summary>
static class RuleSet
{
    /// <summary>Those rules and all that they are built on, by id.</summary>
    /// <exception cref="ArgumentException">Two different rules have one id (R30).</exception>
    public static RulePlan[] With(IEnumerable<RulePlan> asked)
    {
        var known = asked.ToDictionary(p => p.Info.Id, StringComparer.Ordinal);
        var open = new Queue<RulePlan>(known.Values);
        while (open.TryDequeue(out var plan))
        {
            foreach (var below in plan.BuiltOn)
            {
                if (known.TryAdd(below.Info.Id, below))
                    open.Enqueue(below);
                // Said to stand elsewhere it is still the same rule.
                else if (known[below.Info.Id] with { Info = below.Info, Examples = below.Examples } != below)
                    throw new ArgumentException($"two rules have the id {below.Info.Id}", nameof(asked));
            }
        }

        return [.. known.Values.OrderBy(p => p.Info.Id, StringComparer.Ordinal)];
    }

    /// <summary>The numbers of a rule and of all that it is built on.</summary>
    public static IEnumerable<int> Needed(RulePlan plan, RulePlan[] plans) =>
        With([plan]).Select(p => Array.FindIndex(plans, other => other.Info.Id == p.Info.Id)).Distinct();

    /// <summary>The failures, and those of the rules that are built on what failed (R64).</summary>
    public static RuleFailure?[] Inherit(RulePlan[] plans, RuleFailure?[] failures) =>
        [
            .. plans.Select(
                (plan, rule) =>
                    failures[rule]
                    ?? Needed(plan, plans)
                        .Where(below => failures[below] is not null)
                        .Select(below =>
                            failures[below]! with
                            {
                                Message =
                                    $"built on {plans[below].Info.Id}, which failed: {failures[below]!.Message}",
                                Location = plan.Info.Source,
                            }
                        )
                        .FirstOrDefault()
            ),
        ];
}
