using AuditRules.Detection.Patterns;

namespace AuditRules.Detection.Matching;

/// <summary>A place in a rule where events of one name matter: a step, or an unless before a step.</summary>
/// <param name="Rule">The rule's number in the run.</param>
/// <param name="Step">The step, or the step before which the unless stands.</param>
/// <param name="Unless">The number of the unless there, or -1 for the step itself.</param>
/// <param name="Pattern">Which events.</param>
/// <param name="Numbers">For each condition of the pattern its number in the pattern memory.</param>
sealed record Site(int Rule, int Step, int Unless, EventPattern Pattern, int[] Numbers)
{
    /// <summary>
    /// The sites of a plan in the order in which one event visits them: later steps first, so that an event is
    /// never two steps of one match; each unless last, so that the next step wins over it.
    /// </summary>
    public static IEnumerable<Site> Of(int rule, Plans.RulePlan plan, PatternMemory memory)
    {
        for (var step = plan.Steps.Length - 1; step >= 0; step--)
            yield return Create(rule, step, -1, plan.Steps[step].Pattern, memory);
        for (var step = 0; step < plan.Steps.Length; step++)
        {
            for (var n = 0; n < plan.Steps[step].Unless.Length; n++)
                yield return Create(rule, step, n, plan.Steps[step].Unless[n].Pattern, memory);
        }
    }

    static Site Create(int rule, int step, int unless, EventPattern pattern, PatternMemory memory) =>
        new(rule, step, unless, pattern, [.. pattern.Conditions.Select(memory.NumberOf)]);
}
