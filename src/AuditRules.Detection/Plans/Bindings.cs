using AuditRules.Events;

namespace AuditRules.Detection.Plans;

/// <summary>The events that the steps of a rule have taken so far, by step number.</summary>
/// <remarks>The array is the matcher's own and is used again: take the views out, never keep the bindings.</remarks>
public readonly struct Bindings
{
    readonly EventView[] _steps;

    internal Bindings(EventView[] steps) => _steps = steps;

    /// <summary>The event of that step, from 0.</summary>
    public EventView this[int step] => _steps[step];

    /// <summary>Bindings of those events, for a test that evaluates a plan's functions by hand.</summary>
    public static Bindings Of(params EventView[] steps) => new(steps);
}
