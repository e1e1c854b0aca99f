using System.Collections.Immutable;
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
}

/// <summary>A stream of events that a rule must, or must not, fire on.</summary>
/// <param name="ShouldFire">True when the rule must fire.</param>
/// <param name="Events">
/// The events in order. A time other than 0 is the time since the event before, in nanoseconds; 0 means 1 ms.
/// </param>
/// <param name="Source">Where it is written.</param>
public sealed record RuleExample(bool ShouldFire, ImmutableArray<AuditEvent> Events, SourceLocation Source);

/// <summary>A rule, as data: what the matcher runs.</summary>
/// <param name="Info">What the rule says of itself.</param>
/// <param name="Steps">The steps in order; at least one.</param>
/// <param name="Count">A threshold over the matches of the steps, or null.</param>
/// <param name="Message">The finding's message; null for the title.</param>
/// <param name="Examples">Streams that it must, or must not, fire on.</param>
public sealed record RulePlan(
    RuleInfo Info,
    ImmutableArray<StepPlan> Steps,
    CountPlan? Count,
    Func<Bindings, string>? Message,
    ImmutableArray<RuleExample> Examples
)
{
    /// <summary>The same rule, said to stand there, and its examples with it.</summary>
    public RulePlan WithSource(SourceLocation source) =>
        this with
        {
            Info = Info with { Source = source },
            Examples = [.. Examples.Select(e => e with { Source = source })],
        };
}
