using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Reporting.Reports;

/// <summary>The verdict of a rule over all traces.</summary>
/// <param name="Id">The rule's id.</param>
/// <param name="Verdict">The worst of its verdicts.</param>
public sealed record RuleVerdict(string Id, Verdict Verdict);

/// <summary>How many findings there are of a severity.</summary>
/// <param name="Severity">The severity.</param>
/// <param name="Findings">The findings.</param>
public sealed record SeverityCount(Severity Severity, long Findings);

/// <summary>Totals of a report. A rule that ran over several traces counts once (docs/cli.md, C38).</summary>
/// <param name="Rules">The verdict of every rule over all traces, in the order of ids.</param>
/// <param name="BySeverity">Findings of each severity, the kept and the merely counted ones, the lowest first.</param>
/// <param name="Events">Events read.</param>
/// <param name="Lost">Events that the traces tell were lost, as far as counts are known.</param>
/// <param name="Losses">Losses that the traces tell of.</param>
/// <param name="Damages">Places that could not be read.</param>
/// <param name="Unclosed">Traces without an end.</param>
/// <param name="Tampered">Traces that are not what was written.</param>
/// <param name="Suspicions">Processes whose recorder is in doubt.</param>
public sealed record ReportTotals(
    ImmutableArray<RuleVerdict> Rules,
    ImmutableArray<SeverityCount> BySeverity,
    long Events,
    long Lost,
    int Losses,
    int Damages,
    int Unclosed,
    int Tampered,
    int Suspicions
)
{
    static readonly SeverityCount[] Severities =
    [
        .. Enum.GetValues<Severity>().Select(s => new SeverityCount(s, 0)),
    ];

    /// <summary>Findings in all.</summary>
    public long Findings => BySeverity.Sum(s => s.Findings);

    /// <summary>Findings that are in doubt; they are not among the others.</summary>
    public long Undecided { get; private init; }

    /// <summary>Findings that rules suppress; they are not among the others.</summary>
    public long Suppressed { get; private init; }

    /// <summary>Rules of that verdict.</summary>
    public int Count(Verdict verdict) => Rules.Count(r => r.Verdict == verdict);

    internal static ReportTotals Of(ReplayReport report)
    {
        var outcomes = report.Traces.SelectMany(t => t.Detection.Outcomes).ToArray();
        return new(
            [
                .. outcomes
                    .GroupBy(o => o.Rule.Id, StringComparer.Ordinal)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new RuleVerdict(g.Key, Worst(g))),
            ],
            [.. Severities.Select(s => s with { Findings = Findings(s.Severity) })],
            report.Traces.Sum(t => t.Detection.Events),
            LossRecord.CountOf(report.Traces.SelectMany(t => t.Losses)),
            report.Traces.Sum(t => t.Losses.Length),
            report.Traces.Sum(t => t.Damages.Length),
            report.Traces.Count(t => !t.Closed),
            report.Traces.Count(t => t.Tampering is not null),
            report.Traces.Sum(t => t.Suspicions.Length)
        )
        {
            Undecided = outcomes.Sum(o => o.Undecided),
            Suppressed = outcomes.Sum(o => o.Suppressed),
        };

        long Findings(Severity severity) =>
            outcomes.Where(o => o.Rule.Severity == severity).Sum(o => o.Findings);
    }

    static Verdict Worst(IEnumerable<RuleOutcome> outcomes) =>
        outcomes.MaxBy(o => Weight(o.Verdict))!.Verdict;

    static int Weight(Verdict verdict) =>
        verdict switch
        {
            Verdict.Failed => 4,
            Verdict.Fired => 3,
            Verdict.Unknown => 2,
            Verdict.Blind => 1,
            _ => 0,
        };
}
