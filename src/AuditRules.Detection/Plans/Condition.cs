using System.Collections.Immutable;

namespace AuditRules.Detection.Plans;

/// <summary>A condition that is code: a <c>where</c> over everything that is bound so far.</summary>
/// <param name="Text">The condition as it was written, for explanations.</param>
/// <param name="Test">True when it holds. It may throw: that is the rule's failure.</param>
public sealed record Condition(string Text, Func<Bindings, bool> Test)
{
    /// <summary>What it reads of the events that are bound; empty where that is not known.</summary>
    public ImmutableArray<FieldRead> Reads { get; init; } = [];

    /// <summary>The same, reading that.</summary>
    public Condition Reading(ImmutableArray<FieldRead> reads) => this with { Reads = reads };
}
