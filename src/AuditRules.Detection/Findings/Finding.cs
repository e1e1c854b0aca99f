using System.Collections.Immutable;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Findings;

/// <summary>An event that a finding cites, and the step that it was.</summary>
/// <param name="Step">The step's name in the rule.</param>
/// <param name="Event">The event.</param>
public sealed record StepEvent(string Step, AuditEvent Event);

/// <summary>A part of the key that the events of a finding share.</summary>
/// <param name="Name">The part's name, as <c>process</c>.</param>
/// <param name="Value">Its value.</param>
public sealed record KeyPart(string Name, Value Value);

/// <summary>The trace in which a finding was made.</summary>
/// <param name="Path">The file as it was given; empty when there is none.</param>
/// <param name="Id">The trace's id as hexadecimal text; empty when there is none.</param>
public sealed record TraceReference(string Path, string Id);

/// <summary>Whether a finding counts.</summary>
public enum FindingState
{
    /// <summary>It counts.</summary>
    New = 0,

    /// <summary>The rule says that it does not (docs/spec/rules.md, R42).</summary>
    Suppressed = 1,
}

/// <summary>Whether a finding is known to be true.</summary>
public enum FindingVerdict
{
    /// <summary>It is.</summary>
    Match = 0,

    /// <summary>It rests on the absence of an event that may have gone unseen, or that nobody can tell
    /// from others, for a value was cut or redacted (docs/spec/rules.md, R52, R106).</summary>
    Unknown = 1,
}

/// <summary>A rule's hit with its evidence.</summary>
/// <param name="Id">
/// The same for the same evidence on every machine and in every run: see <see cref="FindingId"/>.
/// </param>
/// <param name="Rule">The rule.</param>
/// <param name="Message">What happened, in words.</param>
/// <param name="Key">What the events share; empty for a rule of one step.</param>
/// <param name="Events">The evidence in the order in which it happened.</param>
public sealed record Finding(
    string Id,
    RuleInfo Rule,
    string Message,
    ImmutableArray<KeyPart> Key,
    ImmutableArray<StepEvent> Events
)
{
    /// <summary>Whether it counts.</summary>
    public FindingState State { get; init; }

    /// <summary>Why it is suppressed; empty when it is not.</summary>
    public string SuppressedBy { get; init; } = "";

    /// <summary>Whether it is known to be true.</summary>
    public FindingVerdict Verdict { get; init; }

    /// <summary>Why that is not known; empty when it is.</summary>
    public string DoubtedBy { get; init; } = "";

    /// <summary>The same finding, in doubt for that reason.</summary>
    public Finding Doubt(string reason) => this with { Verdict = FindingVerdict.Unknown, DoubtedBy = reason };

    /// <summary>The same finding, suppressed for that reason.</summary>
    public Finding Suppress(string reason) =>
        this with
        {
            State = FindingState.Suppressed,
            SuppressedBy = reason,
        };

    /// <summary>The trace; null for a stream without a file.</summary>
    public TraceReference? Trace { get; init; }
}
