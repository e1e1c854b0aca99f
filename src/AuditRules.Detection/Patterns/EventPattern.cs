using System.Collections.Immutable;
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

/// <summary>Which events a step takes: a name and conditions on fields, all of which must hold. Immutable data.</summary>
/// <param name="EventName">The event's name.</param>
/// <param name="Conditions">The conditions in the order in which they were written.</param>
public sealed record EventPattern(string EventName, ImmutableArray<FieldCondition> Conditions)
{
    /// <summary>Every event of that name.</summary>
    public EventPattern(string eventName)
        : this(eventName, []) { }

    /// <summary>The same with one condition more; the same when the pattern is null.</summary>
    public EventPattern With(string field, FieldPath path, ValuePattern? pattern) =>
        pattern is null ? this : this with { Conditions = Conditions.Add(new(field, path, pattern)) };

    /// <summary>True when the event matches: the slow and obvious way, without memory of earlier answers.</summary>
    public bool Matches(EventView view)
    {
        if (view.Name != EventName)
            return false;
        foreach (var condition in Conditions)
        {
            if (!condition.Pattern.Matches(condition.Path.Read(view)))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(EventPattern? other) =>
        other is not null
        && EventName == other.EventName
        && Conditions.AsSpan().SequenceEqual(other.Conditions.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EventName, Conditions.Length);

    /// <summary>The pattern in words, as <c>open (path = glob "*/.ssh/*")</c>.</summary>
    public override string ToString() =>
        Conditions.IsEmpty ? EventName : $"{EventName} ({string.Join(", ", Conditions)})";
}
