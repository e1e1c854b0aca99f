namespace AuditRules.Events;

/// <summary>Of which arguments a hand-written property of a view is made: who reads it reads these (docs/spec/rules.md, R110).</summary>
/// <param name="arguments">The arguments, from 0.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReadsArgumentsAttribute(params int[] arguments) : Attribute
{
    /// <summary>The arguments, from 0.</summary>
    public int[] Arguments { get; } = arguments;
}
