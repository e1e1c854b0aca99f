using System.Collections.Immutable;
using AuditRules.Detection.Matching;

namespace AuditRules.Detection.Plans;

/// <summary>What a fold made of the matches of one key so far.</summary>
/// <param name="Value">The state, of the author's type.</param>
/// <param name="Count">How many matches are in it, the latest too.</param>
public sealed record FoldState(object? Value, long Count);

/// <summary>A state that is made anew with each match of a key, and conditions over it.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
public sealed class FoldPlan<TKey> : ThresholdPlan
{
    /// <summary>A fold.</summary>
    /// <param name="initial">The state before the first match; it must not change.</param>
    /// <param name="window">How long after the first match a match still counts, inclusive.</param>
    /// <param name="keyText">The key as it was written.</param>
    /// <param name="key">The key of a match.</param>
    /// <param name="step">The state after a match.</param>
    /// <param name="conditions">What must hold for a finding, over bindings with <see cref="Bindings.Fold"/>.</param>
    /// <param name="comparer">When two keys are equal; null for the type's own equality.</param>
    public FoldPlan(
        object? initial,
        TimeSpan window,
        string keyText,
        Func<Bindings, TKey> key,
        Func<object?, Bindings, object?> step,
        ImmutableArray<Condition> conditions,
        IEqualityComparer<TKey>? comparer = null
    )
        : base(window, keyText)
    {
        Initial = initial;
        Key = key;
        Step = step;
        Conditions = conditions;
        Comparer = comparer ?? EqualityComparer<TKey>.Default;
    }

    /// <summary>The state before the first match.</summary>
    public object? Initial { get; }

    /// <summary>The key of a match.</summary>
    public Func<Bindings, TKey> Key { get; }

    /// <summary>The state after a match.</summary>
    public Func<object?, Bindings, object?> Step { get; }

    /// <summary>What must hold for a finding.</summary>
    public ImmutableArray<Condition> Conditions { get; }

    /// <summary>When two keys are equal.</summary>
    public IEqualityComparer<TKey> Comparer { get; }

    /// <inheritdoc/>
    public override string Text =>
        (StepText.Length > 0 ? $"fold {StepText}" : "fold")
        + (Conditions.IsEmpty ? "" : $" where {string.Join(" and ", Conditions.Select(c => c.Text))}");

    /// <summary>Initial state and step, as they were written; empty where that is not known.</summary>
    public string StepText { get; init; } = "";

    internal override CountTable CreateTable(DetectionOptions options) => new FoldTable<TKey>(this, options);

    /// <inheritdoc/>
    public override bool TakesConditions => true;

    /// <inheritdoc/>
    public override ThresholdPlan WithCondition(Condition condition) =>
        new FoldPlan<TKey>(Initial, Window, KeyText, Key, Step, Conditions.Add(condition), Comparer)
        {
            Reads = [.. Reads, .. condition.Reads],
            StepText = StepText,
        };
}
