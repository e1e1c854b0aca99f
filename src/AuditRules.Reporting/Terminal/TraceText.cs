using System.Globalization;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;

namespace AuditRules.Reporting.Terminal;

/// <summary>What a report says of a trace behind its findings: rules that were not clean, damage, losses.</summary>
static class TraceText
{
    /// <summary>Writes it, and an empty line.</summary>
    /// <returns>False when there was nothing to write.</returns>
    public static bool Write(Screen screen, TraceReport trace, TextReportOptions options)
    {
        var wrote = false;
        foreach (var words in VerdictText.Of(trace.Detection.Outcomes, options))
        {
            screen.Write(words);
            wrote = true;
        }

        if (trace.Tampering is { } tampering)
        {
            screen.Write(
                new StyledLine()
                    .Add("tampered", Tone.Bad)
                    .Add(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $" with {trace.Trace.Path}, at byte {tampering.Offset:N0}: {tampering.Message} ({tampering.Kind}); see auditrules verify {trace.Trace.Path}"
                        )
                    )
            );
            wrote = true;
        }

        foreach (var damage in trace.Damages)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $" at byte {damage.Offset:N0}");
            screen.Write(
                new StyledLine()
                    .Add("damage", Tone.Bad)
                    .Add($"{place} of {trace.Trace.Path}: {damage.Message} ({damage.Kind})")
                    .Add(LossText.Missing(damage.Events))
            );
            wrote = true;
        }

        foreach (var loss in LossText.Of(trace.Losses))
        {
            screen.Write(new StyledLine().Add("loss", Tone.Warning).Add($" in {trace.Trace.Path}: {loss}"));
            wrote = true;
        }

        foreach (var suspicion in SuspicionText.Of(trace.Suspicions))
        {
            screen.Write(
                new StyledLine().Add("suspicious", Tone.Warning).Add($" in {trace.Trace.Path}: {suspicion}")
            );
            wrote = true;
        }

        foreach (var program in NotRecordedText.Some(trace.NotRecorded))
        {
            screen.Write(
                new StyledLine()
                    .Add("perhaps not recorded", Tone.Warning)
                    .Add($" in {trace.Trace.Path}: {program}")
            );
            wrote = true;
        }

        if (!trace.Closed)
        {
            screen.Write(
                new StyledLine()
                    .Add("open", Tone.Warning)
                    .Add(
                        $" {trace.Trace.Path} has no end: its recorder still writes it, or died; what came later is not in it"
                    )
            );
            wrote = true;
        }

        if (options.Verbose)
            wrote |= ProgressText.Write(screen, trace.Detection.Outcomes);
        if (wrote)
            screen.Line();
        return wrote;
    }
}
