using System.Collections.Immutable;
using System.Text.Json;
using AuditRules.Detection.Findings;
using AuditRules.Events.Diagnostics;
using AuditRules.Events.Json;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Json;

/// <summary>The last line of a JSON report: counts, and what became of every rule (docs/cli.md, C38).</summary>
static class SummaryJson
{
    public static void Write(Utf8JsonWriter json, ReplayReport report)
    {
        json.WriteStartObject();
        json.WriteStartObject("summary");
        WriteTotals(json, report.Totals);
        json.WriteStartArray("traces");
        foreach (var trace in report.Traces)
            WriteTrace(json, trace);
        json.WriteEndArray();
        if (!report.LeftOut.IsEmpty)
            WriteLeftOut(json, report.LeftOut);
        if (report.Timings is { } timings)
        {
            json.WriteStartObject("timings");
            json.WriteNumber("compileMs", timings.Compile);
            json.WriteNumber("replayMs", timings.Replay);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteTotals(Utf8JsonWriter json, ReportTotals totals)
    {
        json.WriteNumber("rules", totals.Rules.Length);
        Verdict[] order = [Verdict.Fired, Verdict.Clean, Verdict.Unknown, Verdict.Blind, Verdict.Failed];
        foreach (var verdict in order)
            json.WriteNumber(Names.Of(verdict), totals.Count(verdict));
        json.WriteNumber("findings", totals.Findings);
        json.WriteNumber("undecided", totals.Undecided);
        json.WriteNumber("suppressed", totals.Suppressed);
        json.WriteStartObject("bySeverity");
        foreach (var (severity, count) in totals.BySeverity)
            json.WriteNumber(Names.Of(severity), count);
        json.WriteEndObject();
        json.WriteNumber("events", totals.Events);
        json.WriteNumber("lost", totals.Lost);
        json.WriteNumber("damages", totals.Damages);
        json.WriteNumber("tampered", totals.Tampered);
    }

    static void WriteLeftOut(Utf8JsonWriter json, ImmutableArray<Diagnostic> files)
    {
        json.WriteStartArray("leftOut");
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("file", JsonText.Valid(file.Place.File));
            json.WriteString("reason", JsonText.Valid(file.Message));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteTrace(Utf8JsonWriter json, TraceReport trace)
    {
        json.WriteStartObject();
        json.WriteString("path", JsonText.Valid(trace.Trace.Path));
        json.WriteString("id", trace.Trace.Id);
        json.WriteBoolean("closed", trace.Closed);
        json.WriteNumber("events", trace.Detection.Events);
        json.WriteStartArray("losses");
        foreach (var loss in trace.Losses)
        {
            json.WriteStartObject();
            json.WriteString("reason", JsonText.Valid(loss.Reason));
            json.WriteNumber("count", loss.Count);
            json.WriteNumber("process", loss.Process);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("notRecorded", trace.NotRecorded.Length);
        json.WriteStartArray("damages");
        foreach (var damage in trace.Damages)
            WriteDamage(json, damage);
        json.WriteEndArray();
        if (trace.Tampering is { } tampering)
        {
            json.WritePropertyName("tampered");
            WriteDamage(json, tampering);
        }

        if (!trace.Suspicions.IsEmpty)
            WriteSuspicions(json, trace);
        json.WriteStartArray("rules");
        foreach (var outcome in trace.Detection.Outcomes)
            WriteOutcome(json, outcome);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteSuspicions(Utf8JsonWriter json, TraceReport trace)
    {
        json.WriteStartArray("suspicions");
        foreach (var end in trace.Suspicions)
        {
            json.WriteStartObject();
            json.WriteString("suspicion", JsonText.Valid(end.Suspicion));
            json.WriteNumber("process", end.Process);
            json.WriteString("from", EventTime.ToText(end.SuspectFrom));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteDamage(Utf8JsonWriter json, ReportedDamage damage)
    {
        json.WriteStartObject();
        json.WriteString("kind", damage.Kind);
        json.WriteNumber("offset", damage.Offset);
        json.WriteString("message", JsonText.Valid(damage.Message));
        json.WriteEndObject();
    }

    static void WriteOutcome(Utf8JsonWriter json, RuleOutcome outcome)
    {
        json.WriteStartObject();
        json.WriteString("rule", JsonText.Valid(outcome.Rule.Id));
        json.WriteString("verdict", Names.Of(outcome.Verdict));
        json.WriteNumber("findings", outcome.Findings);
        if (outcome.Undecided > 0)
            json.WriteNumber("undecided", outcome.Undecided);
        if (outcome.Suppressed > 0)
            json.WriteNumber("suppressed", outcome.Suppressed);
        json.WriteString("reason", JsonText.Valid(outcome.Reason));
        json.WriteNumber("evicted", outcome.Evicted);
        if (outcome.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            json.WriteString("file", JsonText.Valid(failure.Location.File));
            json.WriteNumber("line", failure.Location.Line);
            json.WriteNumber("seq", failure.Ordinal);
            json.WriteString("event", JsonText.Valid(failure.EventName));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
