using AuditRules.Events;

namespace AuditRules.Detection.Plans;

/// <summary>The events that the steps of a rule have taken so far, by step number.</summary>
/// <remarks>The array is the matcher's own and is used again: take the views out, never keep the bindings.</remarks>
public readonly struct Bindings
{
    readonly EventView[] _steps;

    internal Bindings(EventView[] steps, FoldState? fold = null)
    {
        _steps = steps;
        Fold = fold;
    }

    internal Bindings(Bindings bindings, FoldState fold)
        : this(bindings._steps, fold) { }

    /// <summary>What a fold made of the matches so far; null in a rule without one, and before it.</summary>
    public FoldState? Fold { get; }

    /// <summary>The event of that step, from 0.</summary>
    public EventView this[int step] => _steps[step];

    /// <summary>Bindings of those events, for a test that evaluates a plan's functions by hand.</summary>
    public static Bindings Of(params EventView[] steps) => new(steps);
}
