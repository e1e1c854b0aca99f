using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>What became of the events of one step, and of what waited for it: see <see cref="StepProgress"/>.</summary>
sealed class StepCounters(StepPlan step, StepJoin join)
{
    public long Matched { get; set; }

    public long WithoutPartner { get; set; }

    public long TooLate { get; set; }

    public long Refused { get; set; }

    public long Preceded { get; set; }

    public long Taken { get; set; }

    public long Dropped { get; set; }

    public long DroppedByUntil { get; set; }

    public long RunsOver { get; set; }

    /// <summary>How often the run of the step had all its events.</summary>
    public long LongRuns { get; set; }

    public StepProgress Progress =>
        new(step.Name, Matched, WithoutPartner, TooLate, Refused, Taken, Dropped)
        {
            Join = join,
            Preceded = Preceded,
            DroppedByUntil = DroppedByUntil,
            RunsOver = RunsOver,
            IsShort = step.Runs is not null && LongRuns == 0,
        };

    /// <summary>Counters for each step of a rule.</summary>
    public static StepCounters[] Of(RulePlan plan) =>
        [
            .. plan.Steps.Select(
                (step, i) =>
                    new StepCounters(
                        step,
                        i < plan.GroupEnd ? StepJoin.Group
                            : i > 0 && step.Key is null ? StepJoin.Any
                            : StepJoin.Key
                    )
            ),
        ];
}
