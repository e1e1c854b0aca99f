using System.Collections.Immutable;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>
/// A condition on one field, as data: printable, comparable by content, answered once a distinct value. A field that
/// is absent or of another kind matches no pattern, a negated one neither.
/// </summary>
public abstract record ValuePattern
{
    /// <summary>True when the value matches.</summary>
    public abstract bool Matches(Value value);

    /// <summary>
    /// True when the answer for a value is the one that the program's own value would have had: a value that was cut or
    /// redacted when it was recorded may have lost what the pattern asks for (docs/spec/rules.md, R78).
    /// </summary>
    public bool IsDecided(Value value) =>
        value.Kind switch
        {
            ValueKind.Redacted => false,
            ValueKind.Truncated => value.AsText is { } head && IsDecidedBy(head),
            _ => true,
        };

    /// <summary>Every text that matches begins with one of these; none where there are no such texts.</summary>
    internal virtual ImmutableArray<string> Beginnings => [];

    /// <summary>True when no text that begins so and goes on has another answer than its beginning.</summary>
    internal virtual bool IsDecidedBy(string head) => false;
}
