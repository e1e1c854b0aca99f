using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.CSharp;

/// <summary>Events, plans and runs in few words.</summary>
static class Some
{
    public static EventPattern Opens { get; } = new("open");

    public static EventPattern Connects { get; } = new("socket.connect");

    public static EventPattern Removes { get; } = new("os.remove");

    /// <summary>An event with one argument, in process 0.</summary>
    public static AuditEvent Event(string name, int milliseconds, Value argument) =>
        new(name, argument) { Time = milliseconds * 1_000_000L };

    /// <summary>A key of one text: argument 0 of both events.</summary>
    public static StepKey SamePath { get; } =
        new StepKey<string>("o.Path = r.Path", ["path"], b => b[0][0].AsText ?? "", v => v[0].AsText ?? "");

    /// <summary>A key of numbers, which needs no box.</summary>
    public static StepKey SameProcess { get; } =
        new StepKey<int>("o.Process = c.Process", ["process"], b => b[0].Process, v => v.Process);

    public static StepPlan Step(string name, EventPattern pattern, StepKey? key = null) =>
        new(name, pattern, [], key, null, []);

    public static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    public static RulePlan Rule(params ImmutableArray<StepPlan> steps) => Rule("X", steps);

    public static RulePlan Rule(string id, ImmutableArray<StepPlan> steps) =>
        new(
            new()
            {
                Id = id,
                Title = "title",
                Severity = Severity.High,
            },
            steps,
            null,
            null,
            []
        );

    public static DetectionResult Run(RulePlan plan, params AuditEvent[] events)
    {
        var engine = new DetectionEngine([plan]);
        engine.Process(new MemoryFrame(events.Select((e, i) => e.With(ordinal: i))));
        return engine.Complete([]);
    }

    /// <summary>Of each finding the ordinals that it cites.</summary>
    public static IEnumerable<string> Cited(RulePlan plan, params AuditEvent[] events) =>
        Run(plan, events)
            .Findings.Select(f =>
                string.Join(' ', f.Events.Select(e => e.Event.Ordinal.ToString(CultureInfo.InvariantCulture)))
            );
}
