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

    /// <summary>How many events with the same key take the step; null for one.</summary>
    public RunsPlan? Runs { get; init; }

    /// <summary>True for a step that may come in any order with the first one and the others of its group.</summary>
    public bool Together { get; init; }

    /// <summary>Events that must not have come before the one that takes the step.</summary>
    public ImmutableArray<PrecededPlan> NotPrecededBy { get; init; } = [];

    /// <summary>The same step as a run.</summary>
    public StepPlan WithRuns(int from, int? to) => this with { Runs = new(from, to) };

    /// <summary>The same step in a group with the first.</summary>
    public StepPlan WithTogether() => this with { Together = true };

    /// <summary>The same step with those events that must not come before.</summary>
    public StepPlan WithNotPrecededBy(ImmutableArray<PrecededPlan> preceded) =>
        this with
        {
            NotPrecededBy = preceded,
        };

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

/// <summary>How many events take a step.</summary>
/// <param name="From">At least so many, at least 1.</param>
/// <param name="To">More than so many drop the partial match; null for any number.</param>
public sealed record RunsPlan(int From, int? To);

/// <summary>An event that must not have come before a step.</summary>
/// <param name="Pattern">Which events.</param>
/// <param name="Key">What it must share with the steps up to that one.</param>
/// <param name="Within">How long before, inclusive; null for the whole trace.</param>
public sealed record PrecededPlan(EventPattern Pattern, StepKey Key, TimeSpan? Within);

/// <summary>An event that must not come behind the last step.</summary>
/// <param name="Pattern">Which events.</param>
/// <param name="Key">What it must share with the steps.</param>
/// <param name="Within">How long behind, inclusive.</param>
public sealed record AbsencePlan(EventPattern Pattern, StepKey Key, TimeSpan Within);
