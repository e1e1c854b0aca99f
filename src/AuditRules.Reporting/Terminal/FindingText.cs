using System.Globalization;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;
using AuditRules.Reporting.Escaping;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AuditRules.Reporting.Terminal;

/// <summary>A finding as text: what happened at a glance, then the evidence as a tree.</summary>
static class FindingText
{
    // Of a long evidence, as a port scan's, the beginning and the end say enough.
    const int First = 6;
    const int Last = 2;
    const int MaxCommand = 100;

    public static void Write(Screen screen, Finding finding, TraceReport report, bool whole)
    {
        screen.Write(
            new StyledLine()
                .Add(Names.Of(finding.Rule.Severity).ToUpperInvariant(), ToneOf(finding.Rule.Severity))
                .Add(Mark(finding), Tone.Warning)
                .Add(finding.Rule.Id, Tone.Strong)
                .Add(" ")
                .Add(finding.Rule.Title, Tone.Strong)
        );
        var tree = new Tree(Heading(finding)) { Style = new Style(foreground: Color.Grey) };
        var start = finding.Events.IsEmpty ? 0 : finding.Events[0].Event.Time;
        var steps = finding.Events.Length;
        var width = finding.Events.Select(e => e.Step.Length).DefaultIfEmpty().Max();
        AuditEvent? before = null;
        for (var i = 0; i < steps; i++)
        {
            if (!whole && steps > First + Last + 1 && i == First)
            {
                i = steps - Last;
                tree.AddNode(
                    new StyledLine()
                        .Add(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"... {steps - First - Last:N0} more events (--verbose or --format jsonl shows them)"
                            ),
                            Tone.Faint
                        )
                        .ToRenderable()
                );
            }

            var audited = finding.Events[i].Event;
            tree.AddNode(
                Evidence(
                    finding.Events[i],
                    start,
                    width,
                    ProcessOf(audited, before, report),
                    screen.Options.Width
                )
            );
            before = audited;
        }

        screen.Write(tree);
        screen.Line();
    }

    static string Mark(Finding finding) =>
        (finding.State, finding.Verdict) switch
        {
            (FindingState.Suppressed, _) => " (suppressed) ",
            (_, FindingVerdict.Unknown) => " (in doubt) ",
            _ => " ",
        };

    static Rows Heading(Finding finding)
    {
        var place = finding.Rule.Source.File.Length == 0 ? "" : finding.Rule.Source.ToString();
        string[] details = [place, string.Join(' ', finding.Rule.Mitre), $"finding {finding.Id}"];
        if (finding.State == FindingState.Suppressed)
            details = [.. details, $"suppressed: {finding.SuppressedBy}"];
        if (finding.Verdict == FindingVerdict.Unknown)
            details = [.. details, $"in doubt: {finding.DoubtedBy}"];
        var about = new StyledLine()
            .Add(string.Join(" - ", details.Where(d => d.Length > 0)), Tone.Faint)
            .ToRenderable();
        // The title stands above already: it is the message of a rule without one.
        return finding.Message == finding.Rule.Title
            ? new Rows(about)
            : new Rows(new StyledLine().Add(finding.Message).ToRenderable(), about);
    }

    static Rows Evidence(StepEvent evidence, long start, int width, string process, int columns)
    {
        var audited = evidence.Event;
        var what = new StyledLine()
            .Add(TimeText.Offset(audited.Time - start), Tone.Strong)
            .Add($"  {evidence.Step.PadRight(width)}  ", Tone.Faint)
            .AddSafe(EventText.Of(audited.View, withNone: false, ValueLimits.Usual));
        var caller = EventText.Of(audited.Caller, ValueLimits.Usual);
        var where = new StyledLine()
            .Add("  ")
            .AddSafe(caller.Length > 0 ? $"{caller}  " : "")
            .Add(process, Tone.Faint);
        // The tree takes four columns.
        var room = Math.Max(0, columns - 4);
        return new Rows(what.Fit(room, 4).ToRenderable(), where.Fit(room, 4).ToRenderable());
    }

    // The command is said once, not with every event of its process.
    static string ProcessOf(AuditEvent audited, AuditEvent? before, TraceReport report)
    {
        var pid = string.Create(CultureInfo.InvariantCulture, $"pid {audited.Pid}");
        return
            before?.Process != audited.Process
            && report.Commands.TryGetValue(audited.Process, out var command)
            && command.Length > 0
            ? $"{pid}: {TextEscape.Shorten(command, MaxCommand)}"
            : pid;
    }

    public static Tone ToneOf(Severity severity) =>
        severity switch
        {
            Severity.Critical or Severity.High => Tone.Bad,
            Severity.Medium => Tone.Warning,
            _ => Tone.Strong,
        };
}
