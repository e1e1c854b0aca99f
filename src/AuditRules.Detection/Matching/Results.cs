using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;

namespace AuditRules.Detection.Matching;

/// <summary>The findings of a pass, and what is said of its rules at the end.</summary>
sealed class Results
{
    readonly RulePlan[] _plans;
    readonly HashSet<string> _asked;
    readonly DetectionOptions _options;
    readonly RuleFindings[] _findings;

    public Results(RulePlan[] plans, HashSet<string> asked, DetectionOptions options)
    {
        _plans = plans;
        _asked = asked;
        _options = options;
        var unseen = options.Missing is { } missing ? new Unseen(missing, options.WhyBlind) : null;
        _findings = [.. plans.Select(_ => new RuleFindings(options.MaxFindings, unseen))];
    }

    public void Add(int rule, Found found, long time, long ordinal) =>
        _findings[rule].Add(found, time, ordinal);

    public DetectionResult Complete(
        RuleMatcher[] matchers,
        RuleFailure?[] failures,
        MissingEvents missing,
        long events
    )
    {
        var all = RuleSet.Inherit(_plans, failures);
        var unseen = new Unseen(missing, _options.WhyBlind);
        foreach (var findings in _findings)
            findings.Complete(unseen);
        int[] asked =
        [
            .. Enumerable.Range(0, _plans.Length).Where(rule => _asked.Contains(_plans[rule].Info.Id)),
        ];
        // R19.
        var kept = asked
            .Where(rule => all[rule] is null)
            .SelectMany(rule => _findings[rule].Kept().Select(made => new { Rule = rule, Made = made }))
            .OrderBy(f => f.Made.Time)
            .ThenBy(f => f.Made.Ordinal)
            .ThenBy(f => f.Rule)
            .ThenBy(f => f.Made.Number);
        return new([.. kept.Select(f => f.Made.Finding)], [.. asked.Select(OutcomeOf)], events)
        {
            HasUnjudged = _findings.Any(f => f.AreUnjudged),
        };

        RuleOutcome OutcomeOf(int rule)
        {
            var plan = _plans[rule];
            var findings = _findings[rule];
            var (verdict, reason) = all[rule] is { } failure
                ? (Verdict.Failed, failure.Message)
                : VerdictOf(rule, matchers, missing);
            var failed = verdict == Verdict.Failed;
            return new(
                plan.Info,
                verdict,
                reason,
                failed ? 0 : findings.Certain,
                matchers[rule].Evicted,
                matchers[rule].Progress,
                all[rule]
            )
            {
                Suppressed = failed ? 0 : findings.Suppressed,
                Undecided = failed ? 0 : findings.Doubtful,
            };
        }
    }

    (Verdict, string) VerdictOf(int rule, RuleMatcher[] matchers, MissingEvents missing)
    {
        // R64: what makes one of them unknown makes the rule unknown; its own reasons come first.
        int[] needed = [rule, .. RuleSet.Needed(_plans[rule], _plans).Where(other => other != rule)];
        var (verdict, reason) = Verdicts.Of(
            _plans[rule],
            _findings[rule].Certain,
            needed.Sum(r => matchers[r].Evicted),
            missing.Losses,
            needed
                .Select(r => matchers[r].WhyUndecided(_options.WhyBlind))
                .FirstOrDefault(u => u is not null),
            _options.WhyBlind
        );
        if (verdict != Verdict.Clean)
            return (verdict, reason);
        foreach (var each in needed)
        {
            if (_findings[each].Doubt is { } doubt)
            {
                var who = each == rule ? "it" : _plans[each].Info.Id;
                return (Verdict.Unknown, $"what {who} found is in doubt: {doubt}");
            }
        }

        return (Verdict.Clean, "");
    }
}
