using System.Collections.Immutable;

namespace AuditRules.Detection.Findings;

/// <summary>Says in words how far a rule got that did not fire.</summary>
public static class NearMiss
{
    /// <summary>The furthest step that was not taken, and what stopped it.</summary>
    /// <param name="progress">The rule's progress.</param>
    public static string Describe(ImmutableArray<StepProgress> progress)
    {
        foreach (var (step, index) in progress.Select((s, i) => (s, i)))
        {
            if (!IsTaken(step))
                return FormattableString.Invariant(
                    $"step {index + 1} of {progress.Length} ({step.Step}) was not reached: {Cause(step, index)}"
                );
        }

        if (progress[^1].Followed > 0)
            return "every step was taken, but the event came that notFollowedBy excludes";
        if (progress[^1].Ended > 0)
            return "every step was taken, but until dropped the match before its window ended";
        return "every step was taken, but the threshold was not reached";
    }

    /// <summary>True when the step was taken, by as many events as it needs.</summary>
    internal static bool IsTaken(StepProgress step) => step.Taken > 0 && !step.IsShort;

    static string Cause(StepProgress step, int index)
    {
        if (step.Refused > 0)
            return Count(step.Refused, "event", "refused by where");
        if (step.TooLate > 0)
            return Count(step.TooLate, "event", "came after the window");
        if (step.Preceded > 0)
            return Count(step.Preceded, "event", "refused by notPrecededBy");
        if (step.Dropped > 0)
            return Count(step.Dropped, "partial match", "dropped by unless", "es");
        if (step.DroppedByUntil > 0)
            return Count(step.DroppedByUntil, "partial match", "dropped by until", "es");
        if (step.IsShort && step.Taken > 0)
            return Count(step.Taken, "event", "took it, too few for its run");
        if (step.WithoutPartner > 0)
            return Count(step.WithoutPartner, "event", $"had {StepBefore(step.Join)}");
        return index == 0 || step.Matched == 0 ? "no event matched it while it was awaited" : "";
    }

    static string StepBefore(StepJoin join) =>
        join switch
        {
            StepJoin.Any => "no step before it",
            StepJoin.Group => "no complete group with it",
            _ => "no step before it with the same key",
        };

    static string Count(long count, string noun, string what, string plural = "s") =>
        FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : plural)} {what}");
}
