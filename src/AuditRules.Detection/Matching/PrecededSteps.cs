using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What came before the steps of one rule: its <c>notPrecededBy</c> (R53).</summary>
sealed class PrecededSteps(RulePlan plan, CodeReads reads, DetectionOptions options)
{
    readonly Preceded[][] _all = // [step][n]
    [.. plan.Steps.Select(s => s.NotPrecededBy.Select(p => new Preceded(p, options)).ToArray())];

    /// <summary>Keys that were not kept.</summary>
    public long Evicted => _all.Sum(p => p.Sum(t => t.Evicted));

    /// <summary>Where the events of that site are remembered.</summary>
    public Preceded Of(Site site) => _all[site.Step][site.Number];

    /// <summary>True when an event came that refuses the one that would take the step.</summary>
    public bool Came(int step, Bindings bindings, EventView view)
    {
        if (_all[step].Length > 0)
            reads.AsksBefore(step);
        foreach (var table in _all[step])
        {
            if (table.Came(bindings, view.Time))
                return true;
        }

        return false;
    }

    /// <summary>What a match rests on once that event has taken the step; null for nothing.</summary>
    public Doubt[]? DoubtsOf(int step, Partial? partial, Bindings bindings, EventView view)
    {
        var earlier = partial?.Doubts;
        var inherited = (view.Rows as FindingEvent)?.Doubts;
        if (inherited is null && _all[step].Length == 0)
            return earlier;
        List<Doubt> all = [.. earlier ?? [], .. inherited ?? []];
        foreach (var preceded in _all[step])
        {
            var undecided = preceded.UndecidedBefore(bindings, view.Time);
            // R56: an event that should perhaps not be taken.
            if (undecided is not null && Hiding.ByTaking(plan, step))
                reads.Note(undecided);
            all.Add(undecided?.AsDoubt() ?? preceded.DoubtBefore(view.Time));
        }

        return [.. all];
    }
}
