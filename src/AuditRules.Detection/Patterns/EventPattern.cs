using System.Collections.Immutable;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>A condition on one named field of an event.</summary>
/// <param name="Field">The field's name as authors write it.</param>
/// <param name="Path">Where the field is found.</param>
/// <param name="Pattern">What its value must match.</param>
public sealed record FieldCondition(string Field, FieldPath Path, ValuePattern Pattern)
{
    /// <summary>The condition in words, as <c>path = glob "*/.ssh/*"</c>.</summary>
    public override string ToString() => $"{Field} = {Pattern}";
}

/// <summary>A condition on one event that is code: <c>Py.Open.where (fun o -> ...)</c>.</summary>
/// <param name="Text">The condition as it was written.</param>
/// <param name="Test">True when it holds. It may throw: that is the rule's failure.</param>
public sealed record EventTest(string Text, Func<EventView, bool> Test)
{
    /// <summary>What it reads of the event; empty where that is not known.</summary>
    public ImmutableArray<FieldRead> Reads { get; init; } = [];

    /// <summary>The same, reading that.</summary>
    public EventTest Reading(ImmutableArray<FieldRead> reads) => this with { Reads = reads };
}

/// <summary>Which events a step takes: a name and conditions on fields, all of which must hold. Immutable data.</summary>
/// <param name="EventName">The event's name.</param>
/// <param name="Conditions">The conditions in the order in which they were written.</param>
public sealed record EventPattern(string EventName, ImmutableArray<FieldCondition> Conditions)
{
    /// <summary>Conditions that are code, asked after the others.</summary>
    public ImmutableArray<EventTest> Tests { get; init; } = [];

    /// <summary>Further patterns: an event that any of them takes is taken, once.</summary>
    public ImmutableArray<EventPattern> Or { get; init; } = [];

    /// <summary>The rule whose findings are the events; null for events that programs raise.</summary>
    public RulePlan? FindingsOf { get; init; }

    /// <summary>What other code of the rule surely reads of its events, as a key does: without it they are of no use to the
    /// rule.</summary>
    public ImmutableArray<FieldRead> Reads { get; init; } = [];

    /// <summary>What code surely asks of its events: its own, and what else reads them. Alternatives are not asked.</summary>
    public IEnumerable<FieldRead> Asked =>
        Tests.SelectMany(t => t.Reads).Where(r => r.IsCertain).Concat(Reads).Where(r => r.IsOf(EventName));

    /// <summary>The same where other code of the rule reads that of its events, those of its alternatives too.</summary>
    public EventPattern ReadBy(IEnumerable<FieldRead> reads)
    {
        var certain = reads.Where(r => r.IsCertain).ToArray();
        return certain.Length == 0
            ? this
            : this with
            {
                Reads = [.. Reads, .. certain],
                Or = [.. Or.Select(o => o.ReadBy(certain))],
            };
    }

    /// <summary>The findings of that rule, as events.</summary>
    public static EventPattern OfFindings(RulePlan rule) =>
        new(Findings.FindingEvent.NameOf(rule.Info.Id)) { FindingsOf = rule };

    /// <summary>The patterns of events that programs raise, without which this one takes nothing: of findings what the steps of
    /// their rule take.</summary>
    public IEnumerable<EventPattern> PatternsNeeded() =>
        Alternatives.SelectMany(a =>
            a.FindingsOf is { } rule
                ? PlanReads.StepsOf(rule, a.Asked).SelectMany(s => s.PatternsNeeded())
                : [a]
        );

    /// <summary>This pattern without its alternatives, then each of these.</summary>
    public IEnumerable<EventPattern> Alternatives =>
        Or.IsEmpty ? [this] : [this with { Or = [] }, .. Or.SelectMany(o => o.Alternatives)];

    /// <summary>Every event of that name.</summary>
    public EventPattern(string eventName)
        : this(eventName, []) { }

    /// <summary>The same with one condition more; the same when the pattern is null.</summary>
    public EventPattern With(string field, FieldPath path, ValuePattern? pattern) =>
        pattern is null ? this : this with { Conditions = Conditions.Add(new(field, path, pattern)) };

    /// <summary>The same with one condition more that is code, and those alternatives in place of its own.</summary>
    public EventPattern With(EventTest test, ImmutableArray<EventPattern> or) =>
        this with
        {
            Tests = Tests.Add(test),
            Or = or,
        };

    /// <summary>The events that this pattern or one of those takes.</summary>
    public EventPattern OrAny(IEnumerable<EventPattern> others) => this with { Or = [.. Or, .. others] };

    /// <summary>True when the event matches: the slow and obvious way, without memory of earlier answers.</summary>
    public bool Matches(EventView view) => Takes(view) || Or.Any(o => o.Matches(view));

    /// <inheritdoc/>
    public bool Equals(EventPattern? other) =>
        other is not null
        && EventName == other.EventName
        && Conditions.AsSpan().SequenceEqual(other.Conditions.AsSpan())
        && Tests.AsSpan().SequenceEqual(other.Tests.AsSpan())
        && FindingsOf?.Info.Id == other.FindingsOf?.Info.Id
        && Or.AsSpan().SequenceEqual(other.Or.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EventName, Conditions.Length);

    /// <summary>The pattern in words, as <c>open (path = glob "*/.ssh/*")</c>.</summary>
    public override string ToString() => string.Join(" or ", Alternatives.Select(a => a.OwnText()));

    string OwnText()
    {
        var fields = Conditions.IsEmpty ? EventName : $"{EventName} ({string.Join(", ", Conditions)})";
        return string.Concat([fields, .. Tests.Select(t => $" where {t.Text} (code)")]);
    }

    bool Takes(EventView view)
    {
        if (view.Name != EventName)
            return false;
        foreach (var condition in Conditions)
        {
            if (!condition.Pattern.Matches(condition.Path.Read(view)))
                return false;
        }

        return Tests.All(t => t.Test(view));
    }
}
