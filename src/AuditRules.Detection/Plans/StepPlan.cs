using System.Collections.Immutable;
using AuditRules.Detection.Patterns;

namespace AuditRules.Detection.Plans;

/// <summary>One step of a rule.</summary>
/// <param name="Name">The name that the author gave the event, as <c>o</c>.</param>
/// <param name="Pattern">Which events it takes.</param>
/// <param name="Conditions">Further conditions, over this step and those before it.</param>
/// <param name="Key">What it must share with the steps before; null for the first step, and for a step that needs nothing
/// in common with them.</param>
/// <param name="Within">The longest time since the step before, inclusive; null for any time.</param>
/// <param name="Unless">Events that drop the partial match between the step before and this one.</param>
public sealed record StepPlan(
    string Name,
    EventPattern Pattern,
    ImmutableArray<Condition> Conditions,
    StepKey? Key,
    TimeSpan? Within,
    ImmutableArray<UnlessPlan> Unless
)
{
    /// <summary>A first step: no key, no window.</summary>
    public StepPlan(string name, EventPattern pattern)
        : this(name, pattern, [], null, null, []) { }

    /// <summary>Events that drop the partial match at any time from the step before this one to the last step.</summary>
    public ImmutableArray<UnlessPlan> Until { get; init; } = [];

    /// <summary>The same step under that name.</summary>
    public StepPlan WithName(string name) => this with { Name = name };

    /// <summary>The same step with those events before it.</summary>
    public StepPlan WithUntil(ImmutableArray<UnlessPlan> until) => this with { Until = until };

    /// <summary>The same step with one condition more.</summary>
    public StepPlan WithCondition(Condition condition) =>
        this with
        {
            Conditions = Conditions.Add(condition),
        };

    /// <summary>The same step with that window; the shorter one when it has one already.</summary>
    public StepPlan WithWindow(TimeSpan within) =>
        this with
        {
            Within = Within is { } other && other < within ? other : within,
        };
}

/// <summary>An event that drops the partial match: between two steps, or from one on.</summary>
/// <param name="Pattern">Which events.</param>
/// <param name="Key">What it must share with the steps before.</param>
public sealed record UnlessPlan(EventPattern Pattern, StepKey Key);
