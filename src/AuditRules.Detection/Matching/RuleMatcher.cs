using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The state of one rule: for each step but the first a table of the partial matches that wait for it.
/// </summary>
sealed class RuleMatcher
{
    readonly RulePlan _plan;
    readonly PartialTable[] _waiting; // [step]: what waits for that step; [0] is unused
    readonly PartialIndex[][] _unless; // [step][n]
    readonly PartialIndex[][] _until; // [step][n]: what waits for that step or a later one
    readonly long[] _within;
    readonly long _maxSpan;
    readonly CountTable? _count;
    readonly EventView[] _views;
    readonly Counters[] _counters;
    readonly List<Partial> _overlapping = [];
    long _evicted;

    public RuleMatcher(RulePlan plan, DetectionOptions options)
    {
        _plan = plan;
        var steps = plan.Steps;
        _waiting = new PartialTable[steps.Length];
        for (var i = 1; i < steps.Length; i++)
            _waiting[i] = (steps[i].Key ?? StepKey.Any).CreateTable(plan.Overlap, options);
        _unless = [.. steps.Select(s => Indexes(s.Unless, options))];
        _until = [.. steps.Select(s => Indexes(s.Until, options))];
        _within = [.. steps.Select(s => Length(s.Within))];
        _maxSpan = Length(plan.MaxSpan);
        _count = plan.Count?.CreateTable(options);
        _views = new EventView[steps.Length];
        _counters = new Counters[steps.Length];
    }

    public RulePlan Plan => _plan;

    /// <summary>Findings that were made and not yet taken away.</summary>
    public List<Finding> Found { get; } = [];

    /// <summary>What was not kept because a table was full.</summary>
    public long Evicted => _evicted + (_count?.Evicted ?? 0);

    public ImmutableArray<StepProgress> Progress =>
        [
            .. _plan.Steps.Select(
                (step, i) =>
                {
                    var c = _counters[i];
                    return new StepProgress(
                        step.Name,
                        c.Matched,
                        c.WithoutPartner,
                        c.TooLate,
                        c.Refused,
                        c.Taken,
                        c.Dropped
                    );
                }
            ),
        ];

    /// <summary>False while no partial match waits for the site, so that it needs no work.</summary>
    public bool IsAwaited(Site site) =>
        site.Role switch
        {
            SiteRole.Step or SiteRole.Unless => site.Step == 0 || _waiting[site.Step].Count > 0,
            _ => _until[site.Step][site.Number].Count > 0,
        };

    /// <summary>An event that the site's patterns took.</summary>
    public void On(Site site, EventView view)
    {
        if (site.Role == SiteRole.Step)
            OnStep(site.Step, view);
        else if (site.Role == SiteRole.Unless)
            _counters[site.Step].Dropped += _unless[site.Step][site.Number].Drop(view);
        else
            _counters[site.Step].Dropped += _until[site.Step][site.Number].Drop(view);
    }

    void OnStep(int step, EventView view)
    {
        _counters[step].Matched++;
        if (step == 0)
        {
            Try(0, null, view);
            return;
        }

        var partial = _waiting[step].Find(view);
        if (partial is null)
        {
            _counters[step].WithoutPartner++;
            return;
        }

        if (_plan.Overlap == Overlap.Latest)
        {
            Try(step, partial, view);
            return;
        }

        // What the event takes may wait for the same key again: the list must not grow while it is walked.
        _overlapping.Clear();
        _overlapping.Add(partial);
        _waiting[step].AddOthers(_overlapping);
        foreach (var each in _overlapping)
            Try(step, each, view);
    }

    void Try(int step, Partial? partial, EventView view)
    {
        ref var counters = ref _counters[step];
        if (partial is not null)
        {
            if (view.Time - partial.Last.Time > _within[step] || view.Time - partial.First.Time > _maxSpan)
            {
                Remove(step, partial);
                counters.TooLate++;
                return;
            }

            partial.Bind(_views);
        }

        _views[step] = view;
        var bindings = new Bindings(_views);
        foreach (var condition in _plan.Steps[step].Conditions)
        {
            if (!condition.Test(bindings))
            {
                counters.Refused++;
                return;
            }
        }

        // What may throw stands before what changes the state.
        var next = new Partial([.. partial?.Events ?? [], view.Detach()]);
        counters.Taken++;
        if (partial is not null)
            Remove(step, partial);
        if (step == _plan.Steps.Length - 1)
            Complete(bindings, next);
        else
            Wait(step + 1, bindings, next);
    }

    void Remove(int step, Partial partial)
    {
        partial.Gone = true;
        _waiting[step].RemoveFound();
    }

    void Wait(int step, Bindings bindings, Partial partial)
    {
        var now = partial.Last.Time;
        partial.Deadline = Math.Min(After(now, _within[step]), After(partial.First.Time, _maxSpan));
        var insertion = _waiting[step].Insert(bindings, partial, now);
        if (insertion == Insertion.Full)
            _evicted++;
        if (insertion != Insertion.Kept)
            return;
        foreach (var index in _unless[step])
            index.Insert(bindings, partial, now);
        for (var i = 1; i <= step; i++)
        {
            foreach (var index in _until[i])
                index.Insert(bindings, partial, now);
        }
    }

    void Complete(Bindings bindings, Partial match)
    {
        if (_count is null)
            Found.Add(CreateFinding(bindings, [match]));
        else if (_count.Add(bindings, match) is { } matches)
            Found.Add(CreateFinding(bindings, matches));
    }

    Finding CreateFinding(Bindings bindings, List<Partial> matches)
    {
        var evidence = matches
            .SelectMany(m => m.Events.Select((e, i) => new StepEvent(_plan.Steps[m.StepOf(i)].Name, e)))
            .OrderBy(e => e.Event.Ordinal)
            .ToImmutableArray();
        var last = _plan.Steps[^1].Key;
        var key = last is null
            ? []
            : last.ValuesOf(_views[_plan.Steps.Length - 1])
                .Zip(last.Names, (value, name) => new KeyPart(name, value))
                .ToImmutableArray();
        var message = _plan.Message?.Invoke(bindings) ?? _plan.Info.Title;
        var finding = new Finding(FindingId.Of(_plan.Info.Id, evidence), _plan.Info, message, key, evidence);
        foreach (var suppression in _plan.Suppressions)
        {
            if (suppression.Condition.Test(bindings))
                return finding.Suppress(suppression.Reason);
        }

        return finding;
    }

    static long After(long time, long length) =>
        time > long.MaxValue - length ? long.MaxValue : time + length;

    static long Length(TimeSpan? time) => time is { } span ? Nanoseconds.Of(span) : long.MaxValue;

    static PartialIndex[] Indexes(ImmutableArray<UnlessPlan> drops, DetectionOptions options) =>
        [.. drops.Select(d => d.Key.CreateIndex(options))];

    [StructLayout(LayoutKind.Sequential)]
    struct Counters
    {
        public long Matched;
        public long WithoutPartner;
        public long TooLate;
        public long Refused;
        public long Taken;
        public long Dropped;
    }
}
