using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Terminal;

/// <summary>The one line that says how many rules ran over how many events, and what came of it.</summary>
public static class SummaryText
{
    /// <summary>The line.</summary>
    public static string Of(ReplayReport report)
    {
        var totals = report.Totals;
        var over = report.Traces.Length > 1 ? $" of {Count(report.Traces.Length, "trace")}" : "";
        var checkedWhat = $"{Count(totals.Rules.Length, "rule")} over {Count(totals.Events, "event")}{over}";
        var leftOut = report.LeftOut.IsEmpty ? "" : $"{Count(report.LeftOut.Length, "rule file")} left out";
        string[] parts = [Found(totals), Suppressed(totals), Verdicts(totals), leftOut, Losses(report)];
        return $"{checkedWhat}: {string.Join("; ", parts.Where(p => p.Length > 0))}";
    }

    /// <summary>Good when all is clean, bad when something was found or failed.</summary>
    public static Tone ToneOf(ReplayReport report)
    {
        var totals = report.Totals;
        if (
            totals.Findings > 0
            || !report.LeftOut.IsEmpty
            || totals.Damages > 0
            || totals.Tampered > 0
            || totals.Count(Verdict.Failed) > 0
        )
            return Tone.Bad;
        var doubt =
            totals.Count(Verdict.Unknown)
            + totals.Count(Verdict.Blind)
            + totals.Losses
            + totals.Unclosed
            + totals.Suspicions;
        return doubt > 0 ? Tone.Warning : Tone.Good;
    }

    static string Found(ReportTotals totals)
    {
        if (totals.Findings == 0)
            return "nothing found";
        var severities = totals
            .BySeverity.Reverse()
            .Where(s => s.Findings > 0)
            .Select(s => $"{Number(s.Findings)} {Names.Of(s.Severity)}");
        return $"{Count(totals.Findings, "finding")} ({string.Join(", ", severities)})";
    }

    static string Suppressed(ReportTotals totals)
    {
        var undecided = totals.Undecided == 0 ? "" : $"{Number(totals.Undecided)} in doubt";
        var suppressed = totals.Suppressed == 0 ? "" : $"{Number(totals.Suppressed)} suppressed";
        string[] parts = [undecided, suppressed];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    static string Verdicts(ReportTotals totals)
    {
        if (totals.Rules.All(r => r.Verdict == Verdict.Clean))
            return "";
        Verdict[] order = [Verdict.Fired, Verdict.Clean, Verdict.Unknown, Verdict.Blind, Verdict.Failed];
        var parts = order
            .Where(v => totals.Count(v) > 0)
            .Select(
                (v, i) =>
                    i == 0
                        ? $"{Count(totals.Count(v), "rule")} {Names.Of(v)}"
                        : $"{Number(totals.Count(v))} {Names.Of(v)}"
            );
        return string.Join(", ", parts);
    }

    static string Losses(ReplayReport report)
    {
        var totals = report.Totals;
        var least = report.Traces.Any(t => t.Losses.Any(l => l.Count == 0)) ? "at least " : "";
        var lost =
            totals.Losses == 0 ? ""
            : totals.Lost > 0 ? $"{least}{Count(totals.Lost, "event")} lost"
            : "events were lost";
        var damaged = totals.Damages == 0 ? "" : Count(totals.Damages, "damaged place");
        var unclosed =
            totals.Unclosed == 0 ? ""
            : totals.Unclosed == 1 ? "not closed"
            : $"{Number(totals.Unclosed)} not closed";
        var tampered =
            totals.Tampered == 0 ? ""
            : totals.Tampered == 1 ? "tampered with"
            : $"{Number(totals.Tampered)} tampered with";
        var suspicious =
            totals.Suspicions == 0 ? ""
            : totals.Suspicions == 1 ? "1 process suspicious"
            : $"{Number(totals.Suspicions)} processes suspicious";
        string[] parts = [tampered, lost, damaged, unclosed, suspicious];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    static string Count(long count, string what) => $"{Number(count)} {what}{(count == 1 ? "" : "s")}";

    static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
