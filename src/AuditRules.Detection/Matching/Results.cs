using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>The findings of a pass, and what is said of its rules at the end.</summary>
sealed class Results(RulePlan[] plans, HashSet<string> asked, DetectionOptions options)
{
    readonly List<Made> _findings = [];
    readonly long[] _fired = new long[plans.Length];

    /// <summary>Of each rule a value that could not be compared; null for none.</summary>
    public UndecidedValue?[] Undecided { get; } = new UndecidedValue?[plans.Length];

    readonly long[] _suppressed = new long[plans.Length];

    public void Add(int rule, Found found, long time, long ordinal)
    {
        var counts = found.Finding.State == FindingState.Suppressed ? _suppressed : _fired;
        if (++counts[rule] <= options.MaxFindings && asked.Contains(plans[rule].Info.Id))
            _findings.Add(new(rule, found, time, ordinal));
    }

    public DetectionResult Complete(
        RuleMatcher[] matchers,
        RuleFailure?[] failures,
        IReadOnlyCollection<LossRecord> losses,
        IReadOnlyCollection<RecordingGap> gaps,
        long events
    )
    {
        var all = RuleSet.Inherit(plans, failures);
        // R19. Most findings come in this order; the sort is stable.
        var kept = _findings
            .Where(f => all[f.Rule] is null)
            .OrderBy(f => f.Time)
            .ThenBy(f => f.Ordinal)
            .ThenBy(f => f.Rule)
            .Select(f => (f.Rule, Finding: Judge(f.Found)))
            .ToArray();
        return new(
            [.. kept.Select(k => k.Finding)],
            [
                .. Enumerable
                    .Range(0, plans.Length)
                    .Where(rule => asked.Contains(plans[rule].Info.Id))
                    .Select(OutcomeOf),
            ],
            events
        );

        Finding Judge(Found found)
        {
            var reason = found
                .Doubts?.Select(d => d.Reason(losses, gaps, options.WhyBlind))
                .FirstOrDefault(r => r is not null);
            return reason is null ? found.Finding : found.Finding.Doubt(reason);
        }

        RuleOutcome OutcomeOf(int rule)
        {
            var unknown = kept.Where(k =>
                    k.Rule == rule
                    && k.Finding.Verdict == FindingVerdict.Unknown
                    && k.Finding.State == FindingState.New
                )
                .Select(k => k.Finding.DoubtedBy)
                .ToArray();
            // Of those that were not kept nothing is known: they are what the kept ones are, with doubt where one has it.
            var beyond = Math.Max(0, _fired[rule] - options.MaxFindings);
            var undecided = unknown.Length > 0 ? unknown.Length + beyond : 0;
            var matches = _fired[rule] - undecided;
            var evicted = RuleSet.Needed(plans[rule], plans).Sum(r => matchers[r].Evicted);
            var (verdict, reason) = all[rule] is { } failure
                ? (Verdict.Failed, failure.Message)
                : Verdicts.Of(plans[rule], matches, evicted, losses, Undecided[rule], options.WhyBlind);
            if (verdict is Verdict.Clean && undecided > 0)
                (verdict, reason) = (Verdict.Unknown, $"what it found is in doubt: {unknown[0]}");
            var failed = verdict == Verdict.Failed;
            return new(
                plans[rule].Info,
                verdict,
                reason,
                failed ? 0 : matches,
                matchers[rule].Evicted,
                matchers[rule].Progress,
                all[rule]
            )
            {
                Suppressed = failed ? 0 : _suppressed[rule],
                Undecided = failed ? 0 : undecided,
            };
        }
    }

    readonly record struct Made(int Rule, Found Found, long Time, long Ordinal);
}
