using AuditRules.Detection.Matching;

namespace AuditRules.Detection.Plans;

/// <summary>A threshold over the sum of a value of the matches of one key within a window.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
public sealed class SumPlan<TKey> : ThresholdPlan
{
    /// <summary>A threshold.</summary>
    /// <param name="atLeast">The sum to be reached, at least 1.</param>
    /// <param name="window">The longest time from the first to the last, inclusive.</param>
    /// <param name="keyText">The key as it was written.</param>
    /// <param name="key">The key of a match.</param>
    /// <param name="valueText">The value as it was written.</param>
    /// <param name="value">The value; a match whose value is not above 0 does not count.</param>
    /// <param name="comparer">When two keys are equal; null for the type's own equality.</param>
    public SumPlan(
        long atLeast,
        TimeSpan window,
        string keyText,
        Func<Bindings, TKey> key,
        string valueText,
        Func<Bindings, long> value,
        IEqualityComparer<TKey>? comparer = null
    )
        : base(window, keyText)
    {
        AtLeast = atLeast;
        Key = key;
        ValueText = valueText;
        Value = value;
        Comparer = comparer ?? EqualityComparer<TKey>.Default;
    }

    /// <summary>The sum to be reached.</summary>
    public long AtLeast { get; }

    /// <summary>The value as it was written.</summary>
    public string ValueText { get; }

    /// <summary>The key of a match.</summary>
    public Func<Bindings, TKey> Key { get; }

    /// <summary>The value of a match.</summary>
    public Func<Bindings, long> Value { get; }

    /// <summary>When two keys are equal.</summary>
    public IEqualityComparer<TKey> Comparer { get; }

    /// <inheritdoc/>
    public override string Text => FormattableString.Invariant($"sum of {ValueText} at least {AtLeast}");

    internal override CountTable CreateTable(DetectionOptions options) => new SumTable<TKey>(this, options);
}
