using AuditRules.Detection.Findings;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>Limits of matching, and what is known of the recording.</summary>
public sealed record DetectionOptions
{
    /// <summary>Partial matches that one step of one rule may keep, and keys that a threshold may; further ones are counted as evicted.</summary>
    public int MaxPartialMatches { get; init; } = 1_000_000;

    /// <summary>
    /// Partial matches of one key that one step may keep where none replaces another (docs/spec/rules.md, R41, R47): so many
    /// times at most a rule's conditions are asked of one event. The oldest above it are evicted.
    /// </summary>
    public int MaxPartialMatchesOfKey { get; init; } = 1000;

    /// <summary>The size from which tables are walked for what has expired; small in tests.</summary>
    internal int SweepAtLeast { get; init; } = 1024;

    /// <summary>Findings of one rule that are kept, and as many suppressed ones; further ones are only counted. One in doubt
    /// is kept where there is room beside the certain ones (docs/spec/rules.md, R107).</summary>
    public int MaxFindings { get; init; } = 10_000;

    /// <summary>What the recording may lack, where that is known before the pass: each finding is then judged when it is
    /// made. Null when only the end tells.</summary>
    public MissingEvents? Missing { get; init; }

    /// <summary>Told of the code of rules while it runs; null for nobody.</summary>
    public IRuleWatch? Watch { get; init; }

    /// <summary>Rules that have failed before this pass, by id: they are not run (docs/spec/rules.md, R90).</summary>
    public IReadOnlyDictionary<string, RuleFailure> Stopped { get; init; } =
        new Dictionary<string, RuleFailure>();

    /// <summary>
    /// Why the recording could not contain an event that a pattern takes, its alternatives not asked; null for one that it
    /// could contain. Null when every event could be.
    /// </summary>
    public Func<EventPattern, string?>? WhyBlind { get; init; }
}
