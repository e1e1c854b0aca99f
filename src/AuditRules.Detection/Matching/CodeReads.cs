using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// What decided in one rule although what it asked for was cut or redacted (docs/spec/rules.md, R78, R106): where patterns do
/// not decide, and where code read it. The first is the reason why the rule is not clean.
/// </summary>
/// <param name="plan">The rule.</param>
/// <param name="views">The events that are bound, by step.</param>
sealed class CodeReads(RulePlan plan, EventView[] views)
{
    readonly UndecidedValue?[] _waiting = new UndecidedValue?[plan.Steps.Length]; // [step]: of a key that waits for it
    readonly bool[] _came = new bool[plan.Steps.Length]; // [step]
    readonly List<EventPattern> _held = []; // with what a suppression that held read of them
    UndecidedValue? _ours; // of a key that unless and the like compare

    /// <summary>The first such value; null for none.</summary>
    public UndecidedValue? First { get; private set; }

    /// <summary>True where what waits for the step may have another key than the one that was kept: of what has none nothing
    /// waits, and an event of the step still tells that the rule is not clean.</summary>
    public bool Awaits(int step) => First is null && _waiting[step] is not null;

    /// <summary>The same of what waits for an event that drops it.</summary>
    public bool AwaitsDrops => First is null && _ours is not null;

    /// <summary>One such value.</summary>
    public void Note(UndecidedValue? hidden) => First ??= hidden;

    /// <summary>An event came, while the step waited, of which its code asks.</summary>
    public void Came(int step) => _came[step] = true;

    /// <summary>A condition was asked, whatever it said.</summary>
    public void Asked(Condition condition) => First ??= Hidden.In(condition.Reads, views);

    /// <summary>A suppression held.</summary>
    public void Held(Condition condition)
    {
        Asked(condition);
        // Many findings are suppressed by one condition.
        if (_held.Count == 0)
            _held.AddRange(condition.Reads.SelectMany(read => Patterns(read.Step, [read])));
    }

    /// <summary>An event came whose key is looked up among what waits for the step.</summary>
    public void Joins(int step, EventView view) =>
        First ??=
            _waiting[step] ?? (plan.Steps[step].Key is { } key ? Hidden.In(key.LaterReads, view) : null);

    /// <summary>An event of a group came, which is the step there.</summary>
    public void JoinsGroup(int step, int groupEnd)
    {
        for (var i = 1; step == 0 && i < groupEnd; i++)
            First ??= Hidden.In(plan.Steps[i].Key!.EarlierReads, views);
        if (step > 0)
            Joins(step, views[step]);
    }

    /// <summary>A match begins to wait for the step by its key, and for what drops it by theirs.</summary>
    public void Waits(int step)
    {
        var own = plan.Steps[step];
        if (own.Key is { } key)
            _waiting[step] ??= Hidden.In(key.EarlierReads, views);
        foreach (var unless in own.Unless)
            _ours ??= Hidden.In(unless.Key.EarlierReads, views);
        WaitsForUntil(step);
    }

    /// <summary>A match begins to wait for the end of a window behind the last step.</summary>
    public void WaitsForAbsence()
    {
        _ours ??= Hidden.In(plan.Absence!.Key.EarlierReads, views);
        WaitsForUntil(plan.Steps.Length - 1);
    }

    /// <summary>It is asked whether an event came before the one that takes the step.</summary>
    public void AsksBefore(int step)
    {
        foreach (var preceded in plan.Steps[step].NotPrecededBy)
            First ??= Hidden.In(preceded.Key.EarlierReads, views);
    }

    /// <summary>A match is counted.</summary>
    public void Counts() => First ??= plan.Count is { } count ? Hidden.In(count.Reads, views) : null;

    /// <summary>An event that drops or refuses by its key. Returns what was not kept of that key; null where it is whole.</summary>
    public UndecidedValue? KeyOf(Site site, EventView view)
    {
        var step = plan.Steps[site.Step];
        var key = site.Role switch
        {
            SiteRole.Unless => step.Unless[site.Number].Key,
            SiteRole.Until => step.Until[site.Number].Key,
            SiteRole.Absence => plan.Absence!.Key,
            _ => step.NotPrecededBy[site.Number].Key,
        };
        var hidden = Hidden.In(key.LaterReads, view);
        First ??= hidden ?? (site.Role == SiteRole.Preceded ? null : _ours);
        return hidden;
    }

    /// <summary>Why the rule is not clean; null for no reason.</summary>
    /// <param name="whyBlind">Why the recording could not contain what is asked for; null where it holds everything.</param>
    public string? Why(Func<EventPattern, string?>? whyBlind)
    {
        if (First is not null || whyBlind is null)
            return First?.ToString();
        var given = Enumerable
            .Range(0, _came.Length)
            .Where(step => _came[step])
            .SelectMany(step => Patterns(step, PlanReads.HandedOn(plan, step)));
        return Lacking("code of the rule was given", given, whyBlind)
            ?? Lacking("what drops or refuses its matches asks for", PlanReads.Compared(plan), whyBlind)
            ?? Lacking("what is suppressed is told by", _held, whyBlind);
    }

    // What could not be in the recording for what is read of it, and could be otherwise.
    static string? Lacking(
        string what,
        IEnumerable<EventPattern> patterns,
        Func<EventPattern, string?> whyBlind
    ) =>
        patterns
            .SelectMany(p => p.PatternsNeeded())
            .Where(p => whyBlind(p with { Reads = [], Tests = [] }) is null && whyBlind(p) is not null)
            .Select(p => $"{what} {p.EventName}, of which the recording has not all: {whyBlind(p)}")
            .FirstOrDefault();

    IEnumerable<EventPattern> Patterns(int step, IEnumerable<FieldRead> reads) =>
        reads.Select(read =>
            plan.Steps[step].Pattern with
            {
                Reads = [.. plan.Steps[step].Pattern.Reads, read],
            }
        );

    void WaitsForUntil(int step)
    {
        for (var i = 1; i <= step; i++)
        {
            foreach (var until in plan.Steps[i].Until)
                _ours ??= Hidden.In(until.Key.EarlierReads, views);
        }
    }
}
