using System.Collections.Immutable;
using AuditRules.Detection.Matching;

namespace AuditRules.Detection.Plans;

/// <summary>What decides over several matches of one key: a count, a sum, a fold.</summary>
public abstract class ThresholdPlan
{
    private protected ThresholdPlan(TimeSpan window, string keyText)
    {
        Window = window;
        KeyText = keyText;
    }

    /// <summary>The longest time from the first to the last that counts, inclusive.</summary>
    public TimeSpan Window { get; }

    /// <summary>The key as it was written.</summary>
    public string KeyText { get; }

    /// <summary>What key and value read of the events of a match; empty where that is not known.</summary>
    public ImmutableArray<FieldRead> Reads { get; init; } = [];

    /// <summary>The threshold in words, without its window and key, as <c>at least 5</c>.</summary>
    public abstract string Text { get; }

    /// <summary>True where conditions decide on a finding.</summary>
    public virtual bool TakesConditions => false;

    /// <summary>The same with one condition more on what decides; itself where there is none to put one on.</summary>
    public virtual ThresholdPlan WithCondition(Condition condition) => this;

    internal abstract CountTable CreateTable(DetectionOptions options);
}
