using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What an event does at a site.</summary>
enum SiteRole
{
    /// <summary>It may take the step.</summary>
    Step,

    /// <summary>It drops what waits for the step.</summary>
    Unless,

    /// <summary>It drops what waits for the step or a later one.</summary>
    Until,
}

/// <summary>A pattern, and for each of its conditions the number in the pattern memory.</summary>
sealed record SitePattern(EventPattern Pattern, int[] Numbers)
{
    public bool Holds(PatternMemory memory, int row, EventView view)
    {
        var conditions = Pattern.Conditions;
        for (var i = 0; i < conditions.Length; i++)
        {
            if (!memory.Holds(Numbers[i], conditions[i], row))
                return false;
        }

        foreach (var test in Pattern.Tests)
        {
            if (!test.Test(view))
                return false;
        }

        return true;
    }
}

/// <summary>A place in a rule where events of one name matter.</summary>
/// <param name="Rule">The rule's number in the run.</param>
/// <param name="Role">What they do there.</param>
/// <param name="Step">The step, or the step before which the unless or until stands.</param>
/// <param name="Number">The number of the unless or until there.</param>
/// <param name="EventName">The events' name.</param>
/// <param name="Patterns">Which of them; one that holds is enough, so that an event is taken once.</param>
sealed record Site(int Rule, SiteRole Role, int Step, int Number, string EventName, SitePattern[] Patterns)
{
    public bool Holds(PatternMemory memory, int row, EventView view)
    {
        foreach (var pattern in Patterns)
        {
            if (pattern.Holds(memory, row, view))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The sites of a plan in the order in which one event visits them: later steps first, so that an event is
    /// never two steps of one match; what drops comes last, so that the next step wins over it.
    /// </summary>
    public static IEnumerable<Site> Of(int rule, RulePlan plan, PatternMemory memory)
    {
        for (var step = plan.Steps.Length - 1; step >= 0; step--)
        {
            foreach (var site in Create(SiteRole.Step, step, 0, plan.Steps[step].Pattern))
                yield return site;
        }

        for (var step = 0; step < plan.Steps.Length; step++)
        {
            foreach (var site in Drops(SiteRole.Unless, step, plan.Steps[step].Unless))
                yield return site;
            foreach (var site in Drops(SiteRole.Until, step, plan.Steps[step].Until))
                yield return site;
        }

        IEnumerable<Site> Drops(SiteRole role, int step, IReadOnlyList<UnlessPlan> drops) =>
            drops.SelectMany((drop, n) => Create(role, step, n, drop.Pattern));

        IEnumerable<Site> Create(SiteRole role, int step, int number, EventPattern pattern) =>
            pattern
                .Alternatives.GroupBy(p => p.EventName, StringComparer.Ordinal)
                .Select(g => new Site(
                    rule,
                    role,
                    step,
                    number,
                    g.Key,
                    [.. g.Select(p => new SitePattern(p, [.. p.Conditions.Select(memory.NumberOf)]))]
                ));
    }
}
