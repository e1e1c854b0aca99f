using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Examples;

/// <summary>What became of one example of a rule.</summary>
/// <param name="Example">The example.</param>
/// <param name="Number">Its number in the rule, from 1.</param>
/// <param name="Passed">True when the rule fired as the example says.</param>
/// <param name="Result">What the rule found, and how far it got.</param>
public sealed record ExampleResult(RuleExample Example, int Number, bool Passed, DetectionResult Result)
{
    /// <summary>Why it did not pass, in one sentence; empty when it passed.</summary>
    public string Reason
    {
        get
        {
            var outcome = Result.Outcomes[0];
            if (Passed)
                return "";
            if (outcome.Failure is { } failure)
                return $"the rule threw at {failure.EventName}: {failure.Message}";
            if (!Example.ShouldFire)
                return $"it fired at {Events.Last}: {Result.Findings.First(IsNew).Message}";
            if (Result.Findings.FirstOrDefault() is { State: FindingState.Suppressed } suppressed)
                return $"what it finds is suppressed: {suppressed.SuppressedBy}";
            return string.Join("; ", [NearMiss.Describe(outcome.Progress), .. Events.Told]);
        }
    }

    static bool IsNew(Finding finding) => finding.State == FindingState.New;

    /// <summary>What became of the example's events.</summary>
    internal ExampleEvents Events { get; init; } = ExampleEvents.None;
}

/// <summary>Runs the examples of rules: each is a closed world of its own, as if it were a whole trace.</summary>
public static class ExampleRunner
{
    // 2026-01-01T00:00:00Z: times in messages are real ones.
    const long Start = 1_767_225_600_000_000_000;
    const long Gap = 1_000_000;

    /// <summary>Runs all examples of a rule in order.</summary>
    /// <param name="plan">The rule.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public static ImmutableArray<ExampleResult> Run(RulePlan plan, DetectionOptions? options = null) =>
        [.. plan.Examples.Select((example, i) => Run(plan, example, i + 1, options))];

    /// <summary>The events of an example as a stream: times, ordinals, pids filled in.</summary>
    public static MemoryFrame FrameOf(RuleExample example)
    {
        var events = new AuditEvent[example.Events.Length];
        var time = Start;
        for (var i = 0; i < events.Length; i++)
        {
            var audited = example.Events[i];
            var gap =
                i == 0 ? 0
                : audited.Time == 0 ? Gap
                : audited.Time;
            // The latest time there is: what comes behind it comes at once.
            time = gap > long.MaxValue - time ? long.MaxValue : time + gap;
            events[i] = audited.With(
                time: time,
                ordinal: i,
                pid: audited.Pid == 0 ? audited.Process + 1 : audited.Pid,
                thread: audited.Thread == 0 ? audited.Process + 1 : audited.Thread
            );
        }

        return new MemoryFrame(events);
    }

    static ExampleResult Run(RulePlan plan, RuleExample example, int number, DetectionOptions? options)
    {
        var engine = new DetectionEngine([plan], options);
        var frame = FrameOf(example);
        var progress = new List<ImmutableArray<StepProgress>> { engine.ProgressOf(0) };
        for (var row = 0; row < frame.Count; row++)
        {
            engine.Process(frame, row, row + 1);
            progress.Add(engine.ProgressOf(0));
        }

        var result = engine.Complete([]);
        var outcome = result.Outcomes[0];
        var passed = outcome.Failure is null && outcome.Findings > 0 == example.ShouldFire;
        return new(example, number, passed, result)
        {
            Events = new(plan, example, progress, engine.FurthestOf(0), result),
        };
    }
}
