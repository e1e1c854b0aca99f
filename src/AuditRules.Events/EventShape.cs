using System.Collections.Immutable;

namespace AuditRules.Events;

/// <summary>What events of one kind share: the name and the kind of every argument.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Arguments">The kinds of the arguments in order.</param>
public sealed record EventShape(string Name, ImmutableArray<ValueKind> Arguments)
{
    /// <inheritdoc/>
    public bool Equals(EventShape? other) =>
        other is not null && Name == other.Name && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var kind in Arguments)
            hash.Add(kind);
        return hash.ToHashCode();
    }
}
