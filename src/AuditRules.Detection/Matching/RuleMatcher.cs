using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The state of one rule: for each step but the first a table of the partial matches that wait for it.
/// </summary>
sealed class RuleMatcher
{
    readonly RulePlan _plan;
    readonly ImmutableArray<StepPlan> _steps;
    readonly PartialTable[] _waiting; // [step]: what waits for that step; unused for the first and for a group
    readonly Drops _drops;
    readonly PrecededSteps _preceded;
    readonly long[] _within;
    readonly long _maxSpan;
    readonly int _groupEnd; // the first step behind the group; 0 for none
    readonly Group? _group;
    readonly Func<bool> _groupHolds;
    readonly CountTable? _count;
    readonly Absences? _absences;
    readonly EventPattern[] _absent; // what must not come behind the last step
    readonly int _hiding; // the steps before which a match too many may hide another
    readonly CodeReads _reads;
    readonly FindingMaker _maker;
    readonly EventView[] _views;
    readonly StepCounters[] _counters;
    readonly List<Partial> _overlapping = [];
    long _evicted;

    public RuleMatcher(RulePlan plan, DetectionOptions options)
    {
        _plan = plan;
        _steps = plan.Steps;
        _waiting = new PartialTable[_steps.Length];
        for (var i = 1; i < _steps.Length; i++)
            _waiting[i] = (_steps[i].Key ?? StepKey.Any).CreateTable(plan.Overlap, options);
        _within = [.. _steps.Select(s => Nanoseconds.OfLimit(s.Within))];
        _maxSpan = Nanoseconds.OfLimit(plan.MaxSpan);
        _groupEnd = plan.GroupEnd;
        if (_groupEnd > 0)
            _group = new(_steps[.._groupEnd], Math.Min(_maxSpan, _within[.._groupEnd].Min()), options);
        _groupHolds = GroupHolds;
        _count = plan.Count?.CreateTable(options);
        _absences = plan.Absence is { } absence ? new(absence, options) : null;
        _absent = plan.Absence is { } absent
            ? [.. PlanReads.Of(absent.Pattern, absent.Key).PatternsNeeded()]
            : [];
        _hiding = Hiding.StepsOf(plan);
        _views = new EventView[_steps.Length];
        _reads = new(plan, _views);
        _preceded = new(plan, _reads, options);
        _maker = new(plan, _views, _reads);
        _counters = StepCounters.Of(plan);
        _drops = new(_steps, _counters, options);
    }

    public RulePlan Plan => _plan;

    /// <summary>Findings that were made and not yet taken away.</summary>
    public List<Found> Found { get; } = [];

    /// <summary>Why the rule is not clean: a value that was not kept would decide, and may hide a finding. Null for none.</summary>
    public string? WhyUndecided(Func<EventPattern, string?>? whyBlind) => _reads.Why(whyBlind);

    /// <summary>An event of the step's name came while the step waited.</summary>
    public void Came(int step) => _reads.Came(step);

    /// <summary>Of the matches that got furthest the last that took a step, was refused one or was dropped; null for none.</summary>
    public Partial? Furthest { get; private set; }

    /// <summary>What was not kept because a table was full.</summary>
    public long Evicted =>
        _evicted
        + _waiting.Skip(1).Sum(w => w.Evicted)
        + (_count?.Evicted ?? 0)
        + (_group?.Evicted ?? 0)
        + (_absences?.Evicted ?? 0)
        + _preceded.Evicted;

    public ImmutableArray<StepProgress> Progress
    {
        get
        {
            StepProgress[] all = [.. _counters.Select(c => c.Progress)];
            all[^1] = all[^1] with { Followed = _absences?.Dropped ?? 0, Ended = _drops.Ended };
            return [.. all];
        }
    }

    /// <summary>When the first window ends in which something must not come; the latest time there is for none.</summary>
    public long NextDeadline => _absences?.NextDeadline ?? long.MaxValue;

    /// <summary>False while no partial match waits for the site, so that it needs no work.</summary>
    public bool IsAwaited(Site site) =>
        site.Role switch
        {
            SiteRole.Step => site.Step == 0
                || site.Step < _groupEnd
                || _waiting[site.Step].Count > 0
                || _reads.Awaits(site.Step),
            SiteRole.Unless or SiteRole.Until => _drops.Any(site) || _reads.AwaitsDrops,
            SiteRole.Absence => _absences!.Any,
            _ => true,
        };

    /// <summary>An event that the site's patterns took.</summary>
    public void On(Site site, EventView view)
    {
        // R106: by what was kept of a key nothing is dropped for certain.
        if (site.Role != SiteRole.Step && _reads.KeyOf(site, view) is { } hidden)
        {
            Doubt(site, view, hidden);
            return;
        }

        switch (site.Role)
        {
            case SiteRole.Step:
                OnStep(site.Step, view);
                break;
            case SiteRole.Unless or SiteRole.Until:
                Note(_drops.On(site, view));
                break;
            case SiteRole.Absence:
                Note(_absences!.Drop(view));
                break;
            case SiteRole.Preceded:
                _preceded.Of(site).Remember(view);
                break;
        }
    }

    /// <summary>An event of which a site's patterns cannot say whether they take it, for what was kept of a value does not
    /// decide: whatever it does as a step, no finding may be hidden by it (R78), and it drops and refuses nothing for certain
    /// (R106).</summary>
    public void OnUndecided(Site site, EventView view, UndecidedValue value)
    {
        if (site.Role == SiteRole.Step)
        {
            _reads.Note(value);
            return;
        }

        _reads.KeyOf(site, view);
        Doubt(site, view, value);
    }

    void Doubt(Site site, EventView view, UndecidedValue value)
    {
        switch (site.Role)
        {
            case SiteRole.Unless or SiteRole.Until:
                // R56: a match that should perhaps not go on.
                if (_drops.Doubt(site, view, value.AsDoubt()) && site.Step < _hiding)
                    _reads.Note(value);
                break;
            case SiteRole.Absence:
                _absences!.Doubt(view, value.AsDoubt());
                break;
            case SiteRole.Preceded:
                _preceded.Of(site).RememberUndecided(view, value);
                break;
        }
    }

    /// <summary>Takes away the match whose window ends first: its finding is to be made.</summary>
    public Partial NextAbsence() => _absences!.Take();

    /// <summary>Makes the finding of a match that no event followed.</summary>
    public void Decide(Partial match)
    {
        match.Bind(_views);
        var doubt = new Doubt(_absent, match.Last.Time, match.Deadline);
        Found.Add(_maker.Make(new Counted([match]), [.. match.Doubts ?? [], doubt]));
    }

    void OnStep(int step, EventView view)
    {
        _counters[step].Matched++;
        if (step < _groupEnd)
        {
            OnGroup(step, view);
            return;
        }

        if (step == 0)
        {
            Try(0, null, view);
            return;
        }

        _reads.Joins(step, view);
        if (_waiting[step].Find(view) is not { } partial)
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
        _waiting[step].RemoveGone();
    }

    void OnGroup(int step, EventView view)
    {
        _views[step] = view;
        if (step == 0 && !Holds(0))
        {
            _counters[0].Refused++;
            return;
        }

        _reads.JoinsGroup(step, _groupEnd);
        if (_group!.Add(step, view, _views, _groupHolds) is not { } match)
        {
            _counters[step].WithoutPartner++;
            return;
        }

        match.Bind(_views);
        for (var i = 0; i < _groupEnd; i++)
            _counters[i].Taken++;
        Advance(_groupEnd - 1, new Bindings(_views), match);
    }

    bool GroupHolds()
    {
        for (var i = 1; i < _groupEnd; i++)
        {
            if (!Holds(i))
            {
                _counters[i].Refused++;
                return false;
            }
        }

        return true;
    }

    bool Holds(int step)
    {
        var bindings = new Bindings(_views);
        foreach (var condition in _steps[step].Conditions)
        {
            var holds = condition.Test(bindings);
            _reads.Asked(condition);
            if (!holds)
                return false;
        }

        return true;
    }

    void Try(int step, Partial? partial, EventView view)
    {
        var counters = _counters[step];
        if (partial is not null)
        {
            Note(partial);
            if (view.Time - partial.Last.Time > _within[step] || view.Time - partial.First.Time > _maxSpan)
            {
                counters.TooLate++;
                // R46: what comes too late for a run that is long enough is no part of it.
                if (
                    partial.RunOf(step) < (_steps[step].Runs?.From ?? 1)
                    || view.Time - partial.First.Time > _maxSpan
                )
                    Remove(step, partial);
                return;
            }

            partial.Bind(_views);
        }

        _views[step] = view;
        var bindings = new Bindings(_views);
        if (!Holds(step))
        {
            counters.Refused++;
            return;
        }

        if (_preceded.Came(step, bindings, view))
        {
            counters.Preceded++;
            return;
        }

        // What may throw stands before what changes the state.
        var isRun = _steps[step].Runs is not null;
        var next = Partial.Extend(
            partial,
            step,
            view.Detach(),
            isRun,
            _preceded.DoubtsOf(step, partial, bindings, view)
        );
        counters.Taken++;
        if (partial is not null)
            Remove(step, partial);
        Advance(step, bindings, next);
    }

    void Remove(int step, Partial partial)
    {
        partial.Gone = true;
        _waiting[step].RemoveFound();
    }

    void Note(Partial? match)
    {
        if (match is not null && match.LastStep >= (Furthest?.LastStep ?? 0))
            Furthest = match;
    }

    void Advance(int step, Bindings bindings, Partial next)
    {
        Note(next);
        if (next.Run > 0 && next.Run == _steps[step].Runs?.From)
            _counters[step].LongRuns++;
        if (_steps[step].Runs is not { } runs)
        {
            if (step == _steps.Length - 1)
                Complete(bindings, next);
            else
                Wait(step + 1, step + 1, bindings, next);
        }
        else if (next.Run < runs.From)
            Wait(step, step, bindings, next);
        else if (step == _steps.Length - 1)
            Complete(bindings, next);
        else if (next.Run <= (runs.To ?? int.MaxValue))
            Wait(step, step + 1, bindings, next);
        else
            _counters[step].RunsOver++;
    }

    // A run that is long enough waits for more of it and for the step behind it.
    void Wait(int first, int last, Bindings bindings, Partial partial)
    {
        var now = partial.Last.Time;
        partial.Awaits = last;
        var latest = Nanoseconds.After(now, Math.Max(_within[first], _within[last]));
        partial.Deadline = Math.Min(latest, Nanoseconds.After(partial.First.Time, _maxSpan));
        var isKept = false;
        for (var step = first; step <= last; step++)
        {
            _reads.Waits(step);
            var insertion = _waiting[step].Insert(bindings, partial, now);
            isKept |= insertion == Insertion.Kept;
            if (insertion == Insertion.Full)
            {
                _evicted++;
                partial.Gone = true;
                return;
            }
        }

        if (!isKept)
            return;
        _drops.Insert(last, bindings, partial);
    }

    void Complete(Bindings bindings, Partial match)
    {
        if (_absences is not null)
        {
            match.Awaits = _steps.Length;
            _reads.WaitsForAbsence();
            if (_absences.Insert(bindings, match))
                _drops.InsertUntil(_steps.Length - 1, bindings, match);
        }
        else if (_count is null)
            Found.Add(_maker.Make(new Counted([match]), match.Doubts));
        else
        {
            _reads.Counts();
            if (_count.Add(bindings, match) is { } counted)
                Found.Add(_maker.Make(counted, FindingMaker.DoubtsOf(counted)));
        }
    }
}
