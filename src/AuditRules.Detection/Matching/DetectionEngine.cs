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
    readonly Results _results;
    readonly PatternMemory _memory = new();
    readonly Dictionary<string, SiteIndex> _sitesByName;
    readonly Dictionary<string, Site[]> _sitesByFinding;
    readonly Queue<FindingEvent> _announced = new();
    readonly int[] _absent; // the rules with windows in which something must not come
    readonly int[] _asked; // the rules that were asked for
    EventFrame? _frame;
    SiteIndex?[] _sitesByShape = [];
    SearchValues<char> _wanted = SearchValues.Create("");
    long _events;
    long _nextDeadline = long.MaxValue;

    /// <summary>An engine for those rules, and those whose findings they see; of these only findings are seen.</summary>
    /// <exception cref="ArgumentException">Two rules have the same id, or a plan is none that can be run.</exception>
    public DetectionEngine(IEnumerable<RulePlan> rules, DetectionOptions? options = null)
    {
        _options = options ?? new();
        var asked = rules.ToArray();
        PlanCheck.Require(asked);
        var plans = RuleSet.With(asked);
        _matchers = [.. plans.Select(p => new RuleMatcher(p, _options))];
        _asked =
        [
            .. Enumerable.Range(0, plans.Length).Where(i => asked.Any(p => p.Info.Id == plans[i].Info.Id)),
        ];
        _failures = [.. plans.Select(p => _options.Stopped.GetValueOrDefault(p.Info.Id))];
        _results = new(plans, [.. asked.Select(p => p.Info.Id)], _options);
        var sites = plans.SelectMany((plan, rule) => Site.Of(rule, plan, _memory)).ToArray();
        _sitesByName = ByName(sites.Where(s => !s.IsOfFindings))
            .ToDictionary(s => s.Key, s => new SiteIndex(s.Value));
        _sitesByFinding = ByName(sites.Where(s => s.IsOfFindings));
        // Of windows that end at one time those of a rule end before those of a rule that is built on it.
        _absent =
        [
            .. Enumerable
                .Range(0, plans.Length)
                .Where(i => plans[i].Absence is not null)
                .OrderBy(i => RuleSet.Needed(plans[i], plans).Count()),
        ];
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
            if (_absent.Length > 0)
                DecideBefore(frame.GetTime(row));
            Visit(new EventView(frame, row), _sitesByShape[shapes[row]]!.Find(frame, row));
        }
    }

    /// <summary>How far the rule of that number has got, in the order of rule ids.</summary>
    internal ImmutableArray<StepProgress> ProgressOf(int rule) => _matchers[_asked[rule]].Progress;

    /// <summary>The match of the rule of that number that got furthest; null where no event took a step.</summary>
    internal Partial? FurthestOf(int rule) => _matchers[_asked[rule]].Furthest;

    /// <summary>Ends the pass: the events are all that there were, but for what losses and gaps tell of; what was known at
    /// the beginning (<see cref="DetectionOptions.Missing"/>) stands in their place.</summary>
    /// <param name="losses">The losses that the trace tells of.</param>
    /// <param name="gaps">From when on the recording may not hold everything; null for never.</param>
    public DetectionResult Complete(
        IReadOnlyCollection<LossRecord> losses,
        IReadOnlyCollection<RecordingGap>? gaps = null
    )
    {
        DecideBefore(long.MaxValue);
        return _results.Complete(_matchers, _failures, _options.Missing ?? new(losses, gaps ?? []), _events);
    }

    static Dictionary<string, Site[]> ByName(IEnumerable<Site> sites) =>
        sites.GroupBy(s => s.EventName).ToDictionary(g => g.Key, g => g.ToArray());

    void Begin(EventFrame frame)
    {
        _frame = frame;
        _memory.Begin(frame);
        var shapes = frame.Shapes;
        _sitesByShape = new SiteIndex?[shapes.Length];
        var wanted = new List<char>();
        for (var i = 0; i < shapes.Length; i++)
        {
            if (_sitesByName.TryGetValue(shapes[i].Name, out _sitesByShape[i]))
                wanted.Add((char)i);
        }

        _wanted = SearchValues.Create(CollectionsMarshal.AsSpan(wanted));
    }

    void Visit(EventView view, Site[] sites)
    {
        foreach (var site in sites)
        {
            if (_failures[site.Rule] is not null)
                continue;
            var matcher = _matchers[site.Rule];
            if (!matcher.IsAwaited(site))
                continue;
            if (site.HandsOn && site.AsksCode(_memory, view))
                matcher.Came(site.Step);
            _options.Watch?.Enter(matcher.Plan.Info.Id, view);
            try
            {
                var answer = site.Ask(_memory, view, out var open);
                if (open is not null)
                    matcher.OnUndecided(site, view, open);
                // R78: what was kept stands where a step is taken; R106: elsewhere it must decide.
                if (answer == Answer.Yes || (answer == Answer.PerhapsYes && site.Role == SiteRole.Step))
                    matcher.On(site, view);
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
                Keep(site.Rule, view.Time, view.Rows is FindingEvent found ? found.Order : view.Ordinal);
        }

        if (_absent.Length > 0)
            FindNextDeadline();
        // R61: whoever sees findings sees them behind the event that completed them.
        while (_announced.TryDequeue(out var audited))
            Visit(audited.View, _sitesByFinding[audited.Name]);
    }

    // R50: a window ends before the first event that is later, whatever it is.
    void DecideBefore(long time)
    {
        while (_nextDeadline < time)
        {
            var rule = Array.Find(_absent, r => _matchers[r].NextDeadline == _nextDeadline);
            Decide(rule, _matchers[rule]);
            FindNextDeadline();
        }
    }

    void Decide(int rule, RuleMatcher matcher)
    {
        var match = matcher.NextAbsence();
        if (_failures[rule] is not null)
            return;
        _options.Watch?.Enter(matcher.Plan.Info.Id, match.Last.View);
        try
        {
            matcher.Decide(match);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures[rule] = RuleFailures.From(exception, matcher.Plan.Info, match.Last.View);
            return;
        }
        finally
        {
            _options.Watch?.Leave();
        }

        // Behind all events of that time.
        Keep(rule, match.Deadline, long.MaxValue);
        while (_announced.TryDequeue(out var audited))
            Visit(audited.View, _sitesByFinding[audited.Name]);
    }

    void FindNextDeadline()
    {
        _nextDeadline = long.MaxValue;
        foreach (var rule in _absent)
            _nextDeadline = Math.Min(_nextDeadline, _matchers[rule].NextDeadline);
    }

    void Keep(int rule, long time, long ordinal)
    {
        var matcher = _matchers[rule];
        var isSeen = _sitesByFinding.ContainsKey(FindingEvent.NameOf(matcher.Plan.Info.Id));
        foreach (var found in matcher.Found)
        {
            _results.Add(rule, found, time, ordinal);
            // R62: nobody sees what is suppressed.
            if (isSeen && found.Finding.State != FindingState.Suppressed)
                _announced.Enqueue(new(found.Finding, found.Doubts, found.Last, time) { Order = ordinal });
        }

        matcher.Found.Clear();
    }
}
