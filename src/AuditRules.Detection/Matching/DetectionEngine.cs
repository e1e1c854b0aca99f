using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// Runs rules over events in trace order. One engine is one pass over one trace; it is used by one thread at a time.
/// </summary>
public sealed class DetectionEngine
{
    readonly DetectionOptions _options;
    readonly RuleMatcher[] _matchers;
    readonly RuleFailure?[] _failures;
    readonly long[] _fired;
    readonly long[] _suppressed;
    readonly UndecidedValue?[] _undecided;
    readonly PatternMemory _memory = new();
    readonly Dictionary<string, Site[]> _sitesByName;
    readonly List<Finding> _findings = [];
    EventFrame? _frame;
    Site[]?[] _sitesByShape = [];
    SearchValues<char> _wanted = SearchValues.Create("");
    long _events;

    /// <summary>An engine for those rules.</summary>
    /// <exception cref="ArgumentException">Two rules have the same id, or a plan has no step or a step no key.</exception>
    public DetectionEngine(IEnumerable<RulePlan> rules, DetectionOptions? options = null)
    {
        _options = options ?? new();
        var plans = rules.OrderBy(r => r.Info.Id, StringComparer.Ordinal).ToArray();
        PlanCheck.Require(plans);
        _matchers = [.. plans.Select(p => new RuleMatcher(p, _options))];
        _failures = [.. plans.Select(p => _options.Stopped.GetValueOrDefault(p.Info.Id))];
        _fired = new long[plans.Length];
        _suppressed = new long[plans.Length];
        _undecided = new UndecidedValue?[plans.Length];
        _sitesByName = plans
            .SelectMany((plan, rule) => Site.Of(rule, plan, _memory))
            .GroupBy(s => s.EventName)
            .ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>True when some rule looks at events of that name: frames without any need not be decoded.</summary>
    public bool Wants(string eventName) => _sitesByName.ContainsKey(eventName);

    /// <summary>Events that matching does not need to see, counted as read.</summary>
    public void Skip(long events) => _events += events;

    /// <summary>The next events of the trace: all rows of the frame.</summary>
    /// <exception cref="MalformedEventsException">The frame breaks its format; what came before it stands.</exception>
    public void Process(EventFrame frame) => Process(frame, 0, frame.Count);

    /// <summary>The next events of the trace: rows of a frame, the end excluded.</summary>
    public void Process(EventFrame frame, int start, int end)
    {
        _events += end - start;
        if (!ReferenceEquals(frame, _frame))
            Begin(frame);
        // A shape is a number of 16 bits, as a char is: the vectorised search over chars serves.
        var shapes = MemoryMarshal.Cast<ushort, char>(frame.ShapeColumn);
        for (var row = start; row < end; row++)
        {
            var next = shapes[row..end].IndexOfAny(_wanted);
            if (next < 0)
                return;
            row += next;
            Visit(frame, row, _sitesByShape[shapes[row]]!);
        }
    }

    /// <summary>How far the rule of that number has got, in the order of rule ids.</summary>
    internal ImmutableArray<StepProgress> ProgressOf(int rule) => _matchers[rule].Progress;

    /// <summary>Ends the pass.</summary>
    /// <param name="losses">The losses that the trace tells of.</param>
    public DetectionResult Complete(IReadOnlyCollection<LossRecord> losses)
    {
        var failed = new HashSet<string>(
            _matchers.Where((_, rule) => _failures[rule] is not null).Select(m => m.Plan.Info.Id)
        );
        return new(
            [.. _findings.Where(f => !failed.Contains(f.Rule.Id))],
            [.. Enumerable.Range(0, _matchers.Length).Select(rule => OutcomeOf(rule, losses))],
            _events
        );
    }

    void Begin(EventFrame frame)
    {
        _frame = frame;
        _memory.Begin(frame);
        var shapes = frame.Shapes;
        _sitesByShape = new Site[]?[shapes.Length];
        var wanted = new List<char>();
        for (var i = 0; i < shapes.Length; i++)
        {
            if (_sitesByName.TryGetValue(shapes[i].Name, out _sitesByShape[i]))
                wanted.Add((char)i);
        }

        _wanted = SearchValues.Create(CollectionsMarshal.AsSpan(wanted));
    }

    void Visit(EventFrame frame, int row, Site[] sites)
    {
        foreach (var site in sites)
        {
            if (_failures[site.Rule] is not null)
                continue;
            var matcher = _matchers[site.Rule];
            if (!matcher.IsAwaited(site))
                continue;
            _memory.Undecided = null;
            var view = new EventView(frame, row);
            _options.Watch?.Enter(matcher.Plan.Info.Id, view);
            try
            {
                if (site.Holds(_memory, row, view))
                    matcher.On(site, view);
                else if (site.Role == SiteRole.Step)
                    _undecided[site.Rule] ??= _memory.Undecided;
            }
#pragma warning disable CA1031 // A rule may throw anything, and that is this rule's failure alone.
            catch (Exception exception) when (exception is not MalformedEventsException)
#pragma warning restore CA1031
            {
                _failures[site.Rule] = RuleFailures.From(exception, matcher.Plan.Info, view);
            }
            finally
            {
                _options.Watch?.Leave();
            }

            if (matcher.Found.Count > 0)
                Keep(site.Rule, matcher.Found);
        }
    }

    void Keep(int rule, List<Finding> found)
    {
        foreach (var finding in found)
        {
            var counts = finding.State == FindingState.Suppressed ? _suppressed : _fired;
            if (++counts[rule] <= _options.MaxFindings)
                _findings.Add(finding);
        }

        found.Clear();
    }

    RuleOutcome OutcomeOf(int rule, IReadOnlyCollection<LossRecord> losses)
    {
        var matcher = _matchers[rule];
        var (verdict, reason) = _failures[rule] is { } failure
            ? (Verdict.Failed, failure.Message)
            : Verdicts.Of(
                matcher.Plan,
                _fired[rule],
                matcher.Evicted,
                losses,
                _undecided[rule],
                _options.WhyBlind
            );
        return new(
            matcher.Plan.Info,
            verdict,
            reason,
            verdict == Verdict.Failed ? 0 : _fired[rule],
            matcher.Evicted,
            matcher.Progress,
            _failures[rule]
        )
        {
            Suppressed = verdict == Verdict.Failed ? 0 : _suppressed[rule],
        };
    }
}
