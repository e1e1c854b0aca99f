using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Reporting.Reports;

/// <summary>Totals of a report. A rule that ran over several traces counts once (docs/cli.md, C38).</summary>
/// <param name="Rules">The verdict of every rule over all traces, by id.</param>
/// <param name="BySeverity">Findings of each severity, the kept and the merely counted ones.</param>
/// <param name="Events">Events read.</param>
/// <param name="Lost">Events that the traces tell were lost, as far as counts are known.</param>
/// <param name="Losses">Losses that the traces tell of.</param>
/// <param name="Damages">Places that could not be read.</param>
/// <param name="Unclosed">Traces without an end.</param>
/// <param name="Tampered">Traces that are not what was written.</param>
/// <param name="Suspicions">Processes whose recorder is in doubt.</param>
public sealed record ReportTotals(
    ImmutableSortedDictionary<string, Verdict> Rules,
    ImmutableSortedDictionary<Severity, long> BySeverity,
    long Events,
    long Lost,
    int Losses,
    int Damages,
    int Unclosed,
    int Tampered,
    int Suspicions
)
{
    /// <summary>Findings in all.</summary>
    public long Findings => BySeverity.Values.Sum();

    /// <summary>Findings that are in doubt; they are not among the others.</summary>
    public long Undecided { get; private init; }

    /// <summary>Findings that rules suppress; they are not among the others.</summary>
    public long Suppressed { get; private init; }

    /// <summary>Rules of that verdict.</summary>
    public int Count(Verdict verdict) => Rules.Values.Count(v => v == verdict);

    internal static ReportTotals Of(ReplayReport report)
    {
        var outcomes = report.Traces.SelectMany(t => t.Detection.Outcomes).ToArray();
        return new(
            outcomes
                .GroupBy(o => o.Rule.Id, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(g => g.Key, g => Worst(g), StringComparer.Ordinal),
            Enum.GetValues<Severity>()
                .ToImmutableSortedDictionary(
                    s => s,
                    s => outcomes.Where(o => o.Rule.Severity == s).Sum(o => o.Findings)
                ),
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
    }

    static Verdict Worst(IEnumerable<RuleOutcome> outcomes) => outcomes.Select(o => o.Verdict).MaxBy(Weight);

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
