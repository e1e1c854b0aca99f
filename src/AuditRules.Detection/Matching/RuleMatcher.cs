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
    readonly long[] _within;
    readonly CountTable? _count;
    readonly EventView[] _views;
    readonly Counters[] _counters;
    long _evicted;

    public RuleMatcher(RulePlan plan, DetectionOptions options)
    {
        _plan = plan;
        var steps = plan.Steps;
        _waiting = new PartialTable[steps.Length];
        _unless = new PartialIndex[steps.Length][];
        _within = new long[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            if (i > 0)
                _waiting[i] = steps[i].Key!.CreateTable(options);
            _unless[i] = [.. steps[i].Unless.Select(u => u.Key.CreateIndex(options))];
            _within[i] = steps[i].Within is { } window ? Nanoseconds.Of(window) : long.MaxValue;
        }

        _count = plan.Count?.CreateTable(options);
        _views = new EventView[steps.Length];
        _counters = new Counters[steps.Length];
    }

    public RulePlan Plan => _plan;

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

    /// <summary>False while no partial match waits for the step, so that the step needs no work.</summary>
    public bool IsAwaited(int step) => step == 0 || _waiting[step].Count > 0;

    /// <summary>An event that the step's pattern took. Returns a finding when the rule is complete.</summary>
    public Finding? OnStep(int step, EventView view)
    {
        ref var counters = ref _counters[step];
        counters.Matched++;
        Partial? partial = null;
        if (step > 0)
        {
            partial = _waiting[step].Find(view);
            if (partial is null)
            {
                counters.WithoutPartner++;
                return null;
            }

            if (view.Time - partial.Last.Time > _within[step])
            {
                _waiting[step].RemoveFound();
                counters.TooLate++;
                return null;
            }

            for (var i = 0; i < step; i++)
                _views[i] = partial.Events[i].View;
        }

        _views[step] = view;
        var bindings = new Bindings(_views);
        foreach (var condition in _plan.Steps[step].Conditions)
        {
            if (!condition.Test(bindings))
            {
                counters.Refused++;
                return null;
            }
        }

        // What may throw stands before what changes the state.
        AuditEvent[] events = [.. partial?.Events ?? [], view.Detach()];
        counters.Taken++;
        if (partial is not null)
            _waiting[step].RemoveFound();
        return step == _plan.Steps.Length - 1 ? Complete(bindings, events) : Wait(step + 1, bindings, events);
    }

    /// <summary>An event of the unless of that number before the step.</summary>
    public void OnUnless(int step, int number, EventView view) =>
        _counters[step].Dropped += _unless[step][number].Drop(view);

    Finding? Wait(int step, Bindings bindings, AuditEvent[] events)
    {
        var partial = new Partial(events);
        var oldest = _within[step] == long.MaxValue ? long.MinValue : partial.Last.Time - _within[step];
        var insertion = _waiting[step].Insert(bindings, partial, oldest);
        if (insertion == Insertion.Full)
            _evicted++;
        if (insertion == Insertion.Kept)
        {
            foreach (var index in _unless[step])
                index.Insert(bindings, partial, oldest);
        }

        return null;
    }

    Finding? Complete(Bindings bindings, AuditEvent[] events)
    {
        if (_count is null)
            return CreateFinding(bindings, [events]);
        return _count.Add(bindings, events) is { } matches ? CreateFinding(bindings, matches) : null;
    }

    Finding CreateFinding(Bindings bindings, List<AuditEvent[]> matches)
    {
        var evidence = matches
            .SelectMany(m => m.Select((e, i) => new StepEvent(_plan.Steps[i].Name, e)))
            .OrderBy(e => e.Event.Ordinal)
            .ToImmutableArray();
        var last = _plan.Steps[^1].Key;
        var key = last is null
            ? []
            : last.ValuesOf(_views[_plan.Steps.Length - 1])
                .Zip(last.Names, (value, name) => new KeyPart(name, value))
                .ToImmutableArray();
        var message = _plan.Message?.Invoke(bindings) ?? _plan.Info.Title;
        return new Finding(FindingId.Of(_plan.Info.Id, evidence), _plan.Info, message, key, evidence);
    }

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
