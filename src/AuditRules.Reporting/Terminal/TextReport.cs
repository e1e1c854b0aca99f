using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Terminal;

/// <summary>What a text report leaves out or adds.</summary>
/// <param name="Quiet">Only findings, failures and damage (docs/cli.md, C9).</param>
/// <param name="Verbose">Adds how far every rule got, and shows long evidence whole.</param>
public sealed record TextReportOptions(bool Quiet, bool Verbose);

/// <summary>The report of a replay as text for people (docs/cli.md, C37).</summary>
public static class TextReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(Screen screen, ReplayReport report, TextReportOptions options)
    {
        foreach (var trace in report.Traces)
        {
            // What a rule suppresses was judged already: who wants to see it asks.
            var shown = trace
                .Detection.Findings.Where(f => options.Verbose || f.State != FindingState.Suppressed)
                .ToArray();
            if (report.Traces.Length > 1 && (!options.Quiet || shown.Length > 0))
            {
                screen.Line(trace.Trace.Path, Tone.Strong);
                screen.Line();
            }

            foreach (var finding in shown)
                FindingText.Write(screen, finding, trace, options.Verbose);
            var wrote = TraceText.Write(screen, trace, options);
            if (!wrote && shown.Length == 0 && report.Traces.Length > 1 && !options.Quiet)
            {
                screen.Line("nothing found", Tone.Good);
                screen.Line();
            }
        }

        if (!options.Quiet)
            screen.Line(SummaryText.Of(report), SummaryText.ToneOf(report));
        if (report.Timings is { } timings)
            screen.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rules ready in {timings.Compile:N0} ms, replay {timings.Replay:N0} ms"
                ),
                Tone.Faint
            );
    }
}
