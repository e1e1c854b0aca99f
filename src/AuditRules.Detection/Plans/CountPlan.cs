using AuditRules.Detection.Matching;

namespace AuditRules.Detection.Plans;

/// <summary>A threshold over matches: so many of them, or so many distinct values, for one key within a window.</summary>
public abstract class CountPlan : ThresholdPlan
{
    private protected CountPlan(
        int atLeast,
        TimeSpan window,
        string keyText,
        Func<Bindings, object?>? distinct,
        IEqualityComparer<object> same
    )
        : base(window, keyText)
    {
        AtLeast = atLeast;
        Distinct = distinct;
        Same = same;
    }

    /// <summary>The number to be reached.</summary>
    public int AtLeast { get; }

    /// <summary>The value whose distinct ones are counted; null to count matches.</summary>
    public Func<Bindings, object?>? Distinct { get; }

    /// <summary>When two such values are equal.</summary>
    public IEqualityComparer<object> Same { get; }

    /// <inheritdoc/>
    public override string Text =>
        FormattableString.Invariant($"at least {AtLeast}{(Distinct is null ? "" : " distinct values")}")
        + (DistinctText.Length > 0 ? $" of {DistinctText}" : "");

    /// <summary>The value whose distinct ones are counted, as it was written; empty where that is not known.</summary>
    public string DistinctText { get; init; } = "";
}

/// <summary>A threshold for a key of a known type.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
public sealed class CountPlan<TKey> : CountPlan
{
    /// <summary>A threshold.</summary>
    /// <param name="atLeast">The number to be reached, at least 1.</param>
    /// <param name="window">The longest time from the first to the last, inclusive.</param>
    /// <param name="keyText">The key as it was written.</param>
    /// <param name="key">The key of a match.</param>
    /// <param name="distinct">The value whose distinct ones are counted; null to count matches.</param>
    /// <param name="comparer">When two keys are equal; null for the type's own equality.</param>
    /// <param name="same">When two values are equal; null for their own equality.</param>
    public CountPlan(
        int atLeast,
        TimeSpan window,
        string keyText,
        Func<Bindings, TKey> key,
        Func<Bindings, object?>? distinct,
        IEqualityComparer<TKey>? comparer = null,
        IEqualityComparer<object>? same = null
    )
        : base(atLeast, window, keyText, distinct, same ?? EqualityComparer<object>.Default)
    {
        Key = key;
        Comparer = comparer ?? EqualityComparer<TKey>.Default;
    }

    /// <summary>The key of a match.</summary>
    public Func<Bindings, TKey> Key { get; }

    /// <summary>When two keys are equal.</summary>
    public IEqualityComparer<TKey> Comparer { get; }

    internal override CountTable CreateTable(DetectionOptions options) => new CountTable<TKey>(this, options);
}
