using System.Collections.Immutable;
using AuditRules.Detection.Findings;
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
    /// <param name="result">What it found.</param>
    public ExampleEvents(
        RulePlan plan,
        RuleExample example,
        List<ImmutableArray<StepProgress>> progress,
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
            if (FirstChange(progress, step, p => p.Taken) is { } row)
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
            told.Add($"{Name(stopped)} did not take it{Where(plan.Steps[missed], progress[^1][missed])}");
        Told = told.DrainToImmutable();
        if (result.Findings.FirstOrDefault(f => f.State == FindingState.New) is { } first)
            Last = Name((int)first.Events.Max(e => e.Event.Ordinal));

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
    static string Where(StepPlan step, StepProgress progress) =>
        progress.Refused > 0 && step.Conditions is [var only] ? $", by where {only.Text}" : "";

    static int? FirstChange(
        List<ImmutableArray<StepProgress>> progress,
        int step,
        Func<StepProgress, long> count
    )
    {
        for (var row = 0; row + 1 < progress.Count; row++)
        {
            if (count(progress[row + 1][step]) > count(progress[row][step]))
                return row;
        }

        return null;
    }

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
