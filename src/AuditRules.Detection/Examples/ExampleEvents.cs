using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Examples;

/// <summary>Which events of an example took steps, and which one was stopped last.</summary>
sealed class ExampleEvents
{
    /// <summary>Nothing is known of the events.</summary>
    public static readonly ExampleEvents None = new();

    ExampleEvents() { }

    /// <summary>What became of the events of an example.</summary>
    /// <param name="plan">The rule.</param>
    /// <param name="example">The example.</param>
    /// <param name="progress">How far the rule had got before the first event, and after each.</param>
    /// <param name="furthest">The match that got furthest; null where no event took a step.</param>
    /// <param name="result">What it found.</param>
    public ExampleEvents(
        RulePlan plan,
        RuleExample example,
        List<ImmutableArray<StepProgress>> progress,
        Partial? furthest,
        DetectionResult result
    )
    {
        var told = ImmutableArray.CreateBuilder<string>();
        var missed = progress[^1].TakeWhile(NearMiss.IsTaken).Count();
        for (var step = 0; step < missed; step++)
        {
            // Which event of a group was which step is not counted, only when it was complete.
            if (step > 0 && step < plan.GroupEnd)
                continue;
            if (RowOf(furthest, step) is { } row)
                told.Add(
                    step < plan.GroupEnd
                        ? $"its group was complete at {Name(row)}"
                        : FormattableString.Invariant(
                            $"step {step + 1} ({plan.Steps[step].Name}) was {Name(row)}"
                        )
                );
        }

        var last = Math.Min(missed, plan.Steps.Length - 1);
        if (LastChange(progress, last, Drops) is { } dropping)
            told.Add($"{Name(dropping)} dropped the match");
        if (missed < plan.Steps.Length && LastChange(progress, missed, Stops) is { } stopped)
            told.Add($"{Name(stopped)} did not take it{Why(plan.Steps[missed], At(stopped, missed))}");
        Told = told.DrainToImmutable();
        if (result.Findings.FirstOrDefault(f => f.State == FindingState.New) is { } first)
            Last = Name((int)first.Events.Max(e => e.Event.Ordinal));

        // What became of the step at one event.
        StepProgress At(int row, int step)
        {
            var (before, after) = (progress[row][step], progress[row + 1][step]);
            return after with
            {
                Refused = after.Refused - before.Refused,
                TooLate = after.TooLate - before.TooLate,
                Preceded = after.Preceded - before.Preceded,
            };
        }

        // Of a group the event that completed it.
        int? RowOf(Partial? match, int step) =>
            match is null ? null
            : step < plan.GroupEnd ? (int)match.Events[..plan.GroupEnd].Max(e => e.Ordinal)
            : (int?)match.Events.Where((_, i) => match.StepOf(i) == step).FirstOrDefault()?.Ordinal;

        string Name(int row) => FormattableString.Invariant($"event {row + 1} ({example.Events[row].Name})");
    }

    /// <summary>The steps that were taken, each with its event, and the event that was stopped last.</summary>
    public ImmutableArray<string> Told { get; } = [];

    /// <summary>The event that completed the first finding that counts; empty without one.</summary>
    public string Last { get; } = "";

    static long Stops(StepProgress step) => step.Refused + step.TooLate + step.Preceded + step.WithoutPartner;

    static long Drops(StepProgress step) =>
        step.Dropped + step.DroppedByUntil + step.RunsOver + step.Followed + step.Ended;

    // A where that stands alone can be named: of several it is not known which refused.
    static string Why(StepPlan step, StepProgress at) =>
        at.TooLate > 0 ? ", for it came after the window"
        : at.Preceded > 0 ? ", by notPrecededBy"
        : at.Refused > 0 && step.Conditions is [var only] ? $", by where {only.Text}"
        : "";

    static int? LastChange(
        List<ImmutableArray<StepProgress>> progress,
        int step,
        Func<StepProgress, long> count
    )
    {
        for (var row = progress.Count - 2; row >= 0; row--)
        {
            if (count(progress[row + 1][step]) > count(progress[row][step]))
                return row;
        }

        return null;
    }
}
