using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AuditRules.Detection.Matching;
using AuditRules.Events;

namespace AuditRules.Detection.Plans;

/// <summary>What an event must share with the steps before it. A key of null joins with nothing.</summary>
public abstract class StepKey
{
    private protected StepKey(string text, ImmutableArray<string> names)
    {
        Text = text;
        Names = names;
    }

    /// <summary>The key as it was written, as <c>o.Process = c.Process</c>.</summary>
    public string Text { get; }

    /// <summary>The names of the key's parts, as <c>process</c>, in order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>What the key reads of what is bound before the step; empty where that is not known.</summary>
    public ImmutableArray<FieldRead> EarlierReads { get; init; } = [];

    /// <summary>What the key reads of an event that may be the step; empty where that is not known.</summary>
    public ImmutableArray<FieldRead> LaterReads { get; init; } = [];

    /// <summary>The key's parts as values, given an event of the later step.</summary>
    public abstract ImmutableArray<Value> ValuesOf(EventView later);

    /// <summary>The key of a step that needs nothing in common with the steps before: every event has it.</summary>
    internal static StepKey Any { get; } = new StepKey<byte>("", [], _ => 0, _ => 0);

    internal abstract PartialTable CreateTable(Overlap overlap, DetectionOptions options);

    internal abstract PartialIndex CreateIndex(DetectionOptions options);

    internal abstract PrecededTable CreateMemory(TimeSpan? within, DetectionOptions options);

    // Groups join on several keys at once: they are kept as objects, whatever their types.
    internal abstract object? EarlierOf(Bindings bindings);

    internal abstract object? LaterOf(EventView view);

    internal abstract IEqualityComparer<object> BoxedComparer { get; }

    private protected static ImmutableArray<Value> Parts(object? key)
    {
        var value = Value.From(key);
        return key is ITuple ? [.. value.Items] : [value];
    }
}

/// <summary>A key of a known type: compared without boxing.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
public sealed class StepKey<TKey> : StepKey
{
    /// <summary>A key.</summary>
    /// <param name="text">The key as it was written.</param>
    /// <param name="names">The names of its parts.</param>
    /// <param name="earlier">The key of what is bound before the step.</param>
    /// <param name="later">The key of an event that may be the step.</param>
    /// <param name="comparer">When two keys are equal; null for the type's own equality.</param>
    public StepKey(
        string text,
        ImmutableArray<string> names,
        Func<Bindings, TKey> earlier,
        Func<EventView, TKey> later,
        IEqualityComparer<TKey>? comparer = null
    )
        : base(text, names)
    {
        Earlier = earlier;
        Later = later;
        Comparer = comparer ?? EqualityComparer<TKey>.Default;
    }

    /// <summary>The key of what is bound before the step.</summary>
    public Func<Bindings, TKey> Earlier { get; }

    /// <summary>The key of an event that may be the step.</summary>
    public Func<EventView, TKey> Later { get; }

    /// <summary>When two keys are equal.</summary>
    public IEqualityComparer<TKey> Comparer { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Value> ValuesOf(EventView later) => Parts(Later(later));

    internal override PartialTable CreateTable(Overlap overlap, DetectionOptions options) =>
        overlap == Overlap.All ? new OverlapTable<TKey>(this, options) : new LatestTable<TKey>(this, options);

    internal override PartialIndex CreateIndex(DetectionOptions options) =>
        new PartialIndex<TKey>(this, options);

    internal override PrecededTable CreateMemory(TimeSpan? within, DetectionOptions options) =>
        new PrecededTable<TKey>(this, within, options);

    internal override object? EarlierOf(Bindings bindings) => Earlier(bindings);

    internal override object? LaterOf(EventView view) => Later(view);

    internal override IEqualityComparer<object> BoxedComparer => new BoxedKeyComparer<TKey>(Comparer);
}
