using System.Collections.Immutable;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What drops the waiting matches of one rule: its <c>unless</c> (R13) and <c>until</c> (R39). What was dropped is counted
/// at its step.</summary>
sealed class Drops(ImmutableArray<StepPlan> steps, StepCounters[] counters, DetectionOptions options)
{
    readonly PartialIndex[][] _unless = [.. steps.Select(s => Indexes(s.Unless, options))]; // [step][n]

    // [step][n]: what waits for that step or a later one
    readonly PartialIndex[][] _until = [.. steps.Select(s => Indexes(s.Until, options))];
    readonly List<Partial> _dropped = [];

    /// <summary>How many matches <c>until</c> has dropped behind the last step.</summary>
    public long Ended { get; private set; }

    /// <summary>True where a match waits that an event of that site may drop.</summary>
    public bool Any(Site site) => IndexOf(site).Count > 0;

    /// <summary>A match that waits for that step.</summary>
    public void Insert(int step, Bindings bindings, Partial partial)
    {
        foreach (var index in _unless[step])
            index.Insert(bindings, partial, partial.Last.Time);
        InsertUntil(step, bindings, partial);
    }

    /// <summary>A match that waits for that step, or behind it, and that <c>until</c> alone may drop.</summary>
    public void InsertUntil(int step, Bindings bindings, Partial partial)
    {
        for (var i = 1; i <= step; i++)
        {
            foreach (var index in _until[i])
                index.Insert(bindings, partial, partial.Last.Time);
        }
    }

    /// <summary>An event that the site's patterns took. Returns one of the matches that it dropped; null for none.</summary>
    public Partial? On(Site site, EventView view)
    {
        _dropped.Clear();
        IndexOf(site).Drop(view, _dropped);
        if (site.Role == SiteRole.Unless)
        {
            counters[site.Step].Dropped += _dropped.Count;
            return _dropped.LastOrDefault();
        }

        foreach (var partial in _dropped)
        {
            if (partial.Awaits < steps.Length)
                counters[partial.Awaits].DroppedByUntil++;
            else
                Ended++;
        }

        return _dropped.LastOrDefault();
    }

    /// <summary>An event that perhaps drops something (R106). Returns whether anything waited for it.</summary>
    public bool Doubt(Site site, EventView view, Doubt doubt) => IndexOf(site).Doubt(view, doubt);

    PartialIndex IndexOf(Site site) =>
        (site.Role == SiteRole.Unless ? _unless : _until)[site.Step][site.Number];

    static PartialIndex[] Indexes(ImmutableArray<UnlessPlan> drops, DetectionOptions options) =>
        [.. drops.Select(d => d.Key.CreateIndex(options))];
}
