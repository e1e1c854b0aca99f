using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What came before a step, for one <c>notPrecededBy</c> (R53).</summary>
sealed class Preceded(PrecededPlan plan, DetectionOptions options)
{
    readonly EventPattern[] _patterns = [.. PlanReads.Of(plan.Pattern, plan.Key).PatternsNeeded()];
    readonly PrecededTable _came = plan.Key.CreateMemory(plan.Within, options);
    readonly PrecededTable _perhaps = plan.Key.CreateMemory(plan.Within, options);
    UndecidedValue? _undecided; // the last one

    /// <summary>Keys that were not kept.</summary>
    public long Evicted => _came.Evicted + _perhaps.Evicted;

    /// <summary>An event of the source.</summary>
    public void Remember(EventView view) => _came.Remember(view);

    /// <summary>An event of which it is not known whether it is of the source (R106), for that value.</summary>
    public void RememberUndecided(EventView view, UndecidedValue value)
    {
        _undecided = value;
        _perhaps.Remember(view);
    }

    /// <summary>True when an event of the source came in the window before that time.</summary>
    public bool Came(Bindings bindings, long now) => _came.Came(bindings, now);

    /// <summary>Why it is not known whether one came; null when none came.</summary>
    public UndecidedValue? UndecidedBefore(Bindings bindings, long now) =>
        _undecided is not null && _perhaps.Came(bindings, now) ? _undecided : null;

    /// <summary>When one must not have gone unseen, where none came.</summary>
    public Doubt DoubtBefore(long now)
    {
        var from = plan.Within is { } time ? now - Nanoseconds.Of(time) : long.MinValue;
        return new(_patterns, from, now, Evicted > 0 ? "earlier events were not kept" : "");
    }
}
