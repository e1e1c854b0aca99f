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

    /// <summary>It drops what waits for the end of the window behind the last step.</summary>
    Absence,

    /// <summary>It is remembered: the step may ask whether it came.</summary>
    Preceded,
}

/// <summary>A pattern, and for each of its conditions the number in the pattern memory.</summary>
sealed record SitePattern(EventPattern Pattern, int[] Numbers)
{
    /// <summary>What the pattern says of an event.</summary>
    /// <param name="memory">Earlier answers.</param>
    /// <param name="view">The event.</param>
    /// <param name="open">What was not kept and would decide; null when the answer is decided.</param>
    public Answer Ask(PatternMemory memory, EventView view, out UndecidedValue? open)
    {
        open = null;
        FieldCondition? undecided = null;
        var least = Answer.Yes;
        var conditions = Pattern.Conditions;
        for (var i = 0; i < conditions.Length; i++)
        {
            var answer = memory.Ask(Numbers[i], conditions[i], view.Row);
            if (answer == Answer.Yes)
                continue;
            // A later condition may decide what this one does not.
            if (answer == Answer.No)
                return answer;
            if (answer < least)
                (least, undecided) = (answer, conditions[i]);
        }

        // The code of a rule counts on its conditions.
        if (least != Answer.PerhapsNo && !Pattern.Tests.IsEmpty)
            least = AskCode(view, least, out open);
        if (undecided is not null && least != Answer.No)
            open = UndecidedValue.Of(undecided, view);
        return least;
    }

    /// <summary>True where no condition says no.</summary>
    public bool AsksCode(PatternMemory memory, EventView view)
    {
        for (var i = 0; i < Numbers.Length; i++)
        {
            if (memory.Ask(Numbers[i], Pattern.Conditions[i], view.Row) is Answer.No or Answer.PerhapsNo)
                return false;
        }

        return true;
    }

    // Code that read what was not kept decides nothing, and what stands behind it counts on it.
    Answer AskCode(EventView view, Answer least, out UndecidedValue? open)
    {
        open = null;
        foreach (var test in Pattern.Tests)
        {
            var holds = test.Test(view);
            var hidden = Hidden.In(test.Reads, view);
            if (!holds && hidden is null)
            {
                open = null;
                return Answer.No;
            }

            open ??= hidden;
            if (!holds)
                return Answer.PerhapsNo;
            if (hidden is not null)
                least = Answer.PerhapsYes;
        }

        return least;
    }
}

/// <summary>A place in a rule where events of one name matter.</summary>
/// <param name="Rule">The rule's number in the run.</param>
/// <param name="Role">What they do there.</param>
/// <param name="Step">The step, or the step before which the unless or until stands.</param>
/// <param name="Number">The number of the unless, until or notPrecededBy there.</param>
/// <param name="EventName">The events' name.</param>
/// <param name="Patterns">Which of them; one that holds is enough, so that an event is taken once.</param>
sealed record Site(int Rule, SiteRole Role, int Step, int Number, string EventName, SitePattern[] Patterns)
{
    /// <summary>True where the events are findings, which no program can raise.</summary>
    public bool IsOfFindings => Patterns[0].Pattern.FindingsOf is not null;

    /// <summary>True for a step whose code is given its events as a whole (R110).</summary>
    public bool HandsOn { get; init; }

    /// <summary>True where the conditions of a pattern do not say no, so that its code is asked.</summary>
    public bool AsksCode(PatternMemory memory, EventView view) =>
        Array.Exists(Patterns, p => p.AsksCode(memory, view));

    /// <summary>What the patterns say of an event: of several answers the one nearest to yes.</summary>
    /// <param name="memory">Earlier answers.</param>
    /// <param name="view">The event.</param>
    /// <param name="open">What was not kept and would decide; null when the answer is decided.</param>
    public Answer Ask(PatternMemory memory, EventView view, out UndecidedValue? open)
    {
        open = null;
        var most = Answer.No;
        foreach (var pattern in Patterns)
        {
            var answer = pattern.Ask(memory, view, out var condition);
            if (answer > most)
                (most, open) = (answer, condition);
            if (answer == Answer.Yes)
                break;
        }

        return most;
    }

    /// <summary>
    /// The sites of a plan in the order in which one event visits them: later steps first, so that an event is
    /// never two steps of one match; what drops comes behind them, so that the next step wins over it; what is
    /// remembered comes last, so that no event precedes itself.
    /// </summary>
    public static IEnumerable<Site> Of(int rule, RulePlan plan, PatternMemory memory)
    {
        var steps = plan.Steps;
        for (var step = steps.Length - 1; step >= 0; step--)
        {
            foreach (var site in Create(SiteRole.Step, step, 0, steps[step].Pattern))
                yield return site;
        }

        IEnumerable<Site>[] others =
        [
            .. steps.Select((s, step) => Each(SiteRole.Unless, step, s.Unless.Select(u => u.Pattern))),
            .. steps.Select((s, step) => Each(SiteRole.Until, step, s.Until.Select(u => u.Pattern))),
            plan.Absence is { } absence ? Create(SiteRole.Absence, 0, 0, absence.Pattern) : [],
            .. steps.Select(
                (s, step) => Each(SiteRole.Preceded, step, s.NotPrecededBy.Select(p => p.Pattern))
            ),
        ];
        foreach (var site in others.SelectMany(s => s))
            yield return site;

        IEnumerable<Site> Each(SiteRole role, int step, IEnumerable<EventPattern> patterns) =>
            patterns.SelectMany((pattern, n) => Create(role, step, n, pattern));

        IEnumerable<Site> Create(SiteRole role, int step, int number, EventPattern pattern) =>
            pattern
                .Alternatives.GroupBy(p => new { p.EventName, IsEvent = p.FindingsOf is null })
                .Select(g => new Site(
                    rule,
                    role,
                    step,
                    number,
                    g.Key.EventName,
                    [.. g.Select(p => new SitePattern(p, [.. p.Conditions.Select(memory.NumberOf)]))]
                )
                {
                    HandsOn = role == SiteRole.Step && PlanReads.HandedOn(plan, step).Any(),
                });
    }
}
