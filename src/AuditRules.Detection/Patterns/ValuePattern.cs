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
}
