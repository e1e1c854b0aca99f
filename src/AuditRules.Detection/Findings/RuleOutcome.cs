using System.Collections.Immutable;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Findings;

/// <summary>What a replay says of a rule.</summary>
public enum Verdict
{
    /// <summary>It was not found, and would have been found if it had been there.</summary>
    Clean = 0,

    /// <summary>It was found.</summary>
    Fired = 1,

    /// <summary>It was not found, but events that it needed may have been lost.</summary>
    Unknown = 2,

    /// <summary>The recording could not contain what the rule looks for.</summary>
    Blind = 3,

    /// <summary>The rule threw, and was disabled from there on; its findings do not count.</summary>
    Failed = 4,
}

/// <summary>Why a rule was disabled.</summary>
/// <param name="Message">The exception's type and message.</param>
/// <param name="Location">Where in the rule's file it was thrown, as far as known.</param>
/// <param name="Ordinal">The ordinal of the event at which it was thrown; <see cref="NoEvent"/> where none is known.</param>
/// <param name="EventName">The name of that event; empty where none is known.</param>
public sealed record RuleFailure(string Message, SourceLocation Location, long Ordinal, string EventName)
{
    /// <summary>The ordinal of no event: what a thread of a rule's own did belongs to none (R90).</summary>
    public const long NoEvent = -1;
}

/// <summary>The result of a rule over a replay.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Verdict">What is said of it.</param>
/// <param name="Reason">Why, for every verdict but clean and fired; else empty.</param>
/// <param name="Findings">How often it fired, also beyond the limit on findings that are kept.</param>
/// <param name="Evicted">Partial matches that were not kept because the table was full.</param>
/// <param name="Progress">How far it got, a step at a time.</param>
/// <param name="Failure">Why it was disabled, or null.</param>
public sealed record RuleOutcome(
    RuleInfo Rule,
    Verdict Verdict,
    string Reason,
    long Findings,
    long Evicted,
    ImmutableArray<StepProgress> Progress,
    RuleFailure? Failure
)
{
    /// <summary>Findings that the rule itself suppresses, also beyond the limit; they are not among the others.</summary>
    public long Suppressed { get; init; }

    /// <summary>Findings that are in doubt; they are not among the others.</summary>
    public long Undecided { get; init; }

    /// <summary>The same with so many findings in doubt.</summary>
    public RuleOutcome WithUndecided(long count) => this with { Undecided = count };

    /// <summary>The same with so many suppressed findings.</summary>
    public RuleOutcome WithSuppressed(long count) => this with { Suppressed = count };
}

/// <summary>What a replay found.</summary>
/// <param name="Findings">The findings in trace order; those of one event in the order of rule ids.</param>
/// <param name="Outcomes">The result of every rule, in the order of rule ids.</param>
/// <param name="Events">How many events were read.</param>
public sealed record DetectionResult(
    ImmutableArray<Finding> Findings,
    ImmutableArray<RuleOutcome> Outcomes,
    long Events
)
{
    /// <summary>True when a rule has findings beyond the limit that were counted without being judged, and some of it are in doubt:
    /// another pass that is told at its beginning what the recording may lack
    /// (<see cref="Matching.DetectionOptions.Missing"/>) judges them (docs/spec/rules.md, R107).</summary>
    public bool HasUnjudged { get; init; }
}
