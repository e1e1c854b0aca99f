using System.Collections.Immutable;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Plans;

/// <summary>Where something stands in a file.</summary>
/// <param name="File">The file as it was given, with forward slashes.</param>
/// <param name="Line">The line, from 1; 0 when it is not known.</param>
public readonly record struct SourceLocation(string File, int Line)
{
    /// <summary>The place as <c>rules/x.fsx(12)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{File}({Line})");
}

/// <summary>What a rule says of itself.</summary>
public sealed record RuleInfo
{
    /// <summary>Unique among the rules of a run, as <c>AR1001</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One line of what it finds.</summary>
    public required string Title { get; init; }

    /// <summary>How much its findings matter.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Source { get; init; }

    /// <summary>MITRE ATT&amp;CK ids, as <c>T1041</c>.</summary>
    public ImmutableArray<string> Mitre { get; init; } = [];

    /// <summary>Free words for selection.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Addresses of further reading.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>What harmless programs may make it fire.</summary>
    public ImmutableArray<string> FalsePositives { get; init; } = [];

    /// <summary>What to do about a finding.</summary>
    public string Remediation { get; init; } = "";

    /// <summary>How far the rule is tried.</summary>
    public Maturity Maturity { get; init; } = Maturity.Stable;
}

/// <summary>A stream of events that a rule must, or must not, fire on.</summary>
/// <param name="ShouldFire">True when the rule must fire.</param>
/// <param name="Events">
/// The events in order. A time other than 0 is the time since the event before, in nanoseconds; 0 means 1 ms.
/// </param>
/// <param name="Source">Where it is written.</param>
public sealed record RuleExample(bool ShouldFire, ImmutableArray<AuditEvent> Events, SourceLocation Source);

/// <summary>A condition under which a finding is suppressed.</summary>
/// <param name="Reason">Why, for the reader of the report.</param>
/// <param name="Condition">The condition, over the events of the finding.</param>
public sealed record SuppressPlan(string Reason, Condition Condition);

/// <summary>Which partial matches of one step and one key are kept.</summary>
public enum Overlap
{
    /// <summary>The latest: it takes the place of the one before.</summary>
    Latest = 0,

    /// <summary>All: an event that takes the step takes it for each of them.</summary>
    All = 1,
}

/// <summary>How far a rule is tried.</summary>
public enum Maturity
{
    /// <summary>Its findings can be relied on.</summary>
    Stable = 0,

    /// <summary>It is being tried on real programs.</summary>
    Test = 1,

    /// <summary>A sketch.</summary>
    Experimental = 2,
}

/// <summary>A rule, as data: what the matcher runs.</summary>
/// <param name="Info">What the rule says of itself.</param>
/// <param name="Steps">The steps in order; at least one.</param>
/// <param name="Count">A threshold, sum or fold over the matches of the steps, or null.</param>
/// <param name="Message">The finding's message; null for the title.</param>
/// <param name="Examples">Streams that it must, or must not, fire on.</param>
public sealed record RulePlan(
    RuleInfo Info,
    ImmutableArray<StepPlan> Steps,
    ThresholdPlan? Count,
    Func<Bindings, string>? Message,
    ImmutableArray<RuleExample> Examples
)
{
    /// <summary>The longest time from the first event of a match to the last, inclusive; null for any time.</summary>
    public TimeSpan? MaxSpan { get; init; }

    /// <summary>Which partial matches of one key are kept.</summary>
    public Overlap Overlap { get; init; }

    /// <summary>An event that must not come behind the last step; null for none.</summary>
    public AbsencePlan? Absence { get; init; }

    /// <summary>Findings that are kept, but do not count, in the order in which they are asked.</summary>
    public ImmutableArray<SuppressPlan> Suppressions { get; init; } = [];

    /// <summary>The first step behind the group that the first step and its <c>together</c> are; 0 for no group.</summary>
    internal int GroupEnd =>
        Steps.Length > 1 && Steps[1].Together ? 1 + Steps.Skip(1).TakeWhile(s => s.Together).Count() : 0;

    /// <summary>The rules whose findings it sees.</summary>
    public IEnumerable<RulePlan> BuiltOn => Patterns.Select(p => p.FindingsOf).OfType<RulePlan>();

    /// <summary>Whether what it looks for is more than one event, of which a part of a recording may hold some.</summary>
    public bool NeedsSeveralEvents =>
        Steps.Length > 1
        || Count is not null
        || Absence is not null
        || Steps[0].Runs is not null
        || BuiltOn.Any(rule => rule.NeedsSeveralEvents);

    /// <summary>The same rule with an absence behind its last step.</summary>
    public RulePlan WithAbsence(AbsencePlan? absence) => this with { Absence = absence };

    /// <summary>Every pattern that the rule asks of an event, alternatives one by one.</summary>
    public IEnumerable<EventPattern> Patterns =>
        Steps
            .SelectMany(s =>
                s.Unless.Concat(s.Until)
                    .Select(u => u.Pattern)
                    .Concat(s.NotPrecededBy.Select(p => p.Pattern))
                    .Prepend(s.Pattern)
            )
            .Concat(Absence is null ? [] : [Absence.Pattern])
            .SelectMany(p => p.Alternatives);

    /// <summary>The same rule with those clauses.</summary>
    public RulePlan With(Overlap overlap, TimeSpan? maxSpan, ImmutableArray<SuppressPlan> suppressions) =>
        this with
        {
            Overlap = overlap,
            MaxSpan = maxSpan,
            Suppressions = suppressions,
        };

    /// <summary>The same rule, said to stand there, and its examples with it.</summary>
    public RulePlan WithSource(SourceLocation source) =>
        this with
        {
            Info = Info with { Source = source },
            Examples = [.. Examples.Select(e => e with { Source = source })],
        };
}
