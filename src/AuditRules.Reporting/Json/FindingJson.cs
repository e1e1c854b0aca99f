using System.Text.Json;
using AuditRules.Detection.Findings;
using AuditRules.Events.Json;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Json;

/// <summary>A finding as one JSON object (docs/cli.md, C38).</summary>
static class FindingJson
{
    public static void Write(Utf8JsonWriter json, Finding finding, TraceReference trace)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        WriteRule(json, finding);
        WriteTrace(json, trace);
        WriteKey(json, finding);
        WriteEvents(json, finding);
        var suppressed = finding.State == FindingState.Suppressed;
        json.WriteString("state", suppressed ? "suppressed" : "new");
        if (suppressed)
            json.WriteString("suppressedBy", JsonText.Valid(finding.SuppressedBy));
        var doubted = finding.Verdict == FindingVerdict.Unknown;
        json.WriteString("verdict", doubted ? "unknown" : "match");
        if (doubted)
            json.WriteString("doubtedBy", JsonText.Valid(finding.DoubtedBy));
        json.WriteEndObject();
    }

    static void WriteRule(Utf8JsonWriter json, Finding finding)
    {
        var rule = finding.Rule;
        json.WriteString("rule", JsonText.Valid(rule.Id));
        json.WriteString("title", JsonText.Valid(rule.Title));
        json.WriteString("severity", Names.Of(rule.Severity));
        json.WriteString("message", JsonText.Valid(finding.Message));
        json.WriteStartArray("mitre");
        foreach (var id in rule.Mitre)
            json.WriteStringValue(JsonText.Valid(id));
        json.WriteEndArray();
        json.WriteStartArray("tags");
        foreach (var tag in rule.Tags)
            json.WriteStringValue(JsonText.Valid(tag));
        json.WriteEndArray();
        json.WriteStartObject("source");
        json.WriteString("file", JsonText.Valid(rule.Source.File));
        json.WriteNumber("line", rule.Source.Line);
        json.WriteEndObject();
    }

    public static void WriteTrace(Utf8JsonWriter json, TraceReference trace)
    {
        json.WriteStartObject("trace");
        json.WriteString("path", JsonText.Valid(trace.Path));
        json.WriteString("id", trace.Id);
        json.WriteEndObject();
    }

    static void WriteKey(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject("key");
        // Two parts of a key may have one name: `struct (o.Path, o.Path)`. JSON's readers keep the last; so do we.
        foreach (var part in finding.Key.GroupBy(p => p.Name, StringComparer.Ordinal).Select(g => g.Last()))
        {
            json.WritePropertyName(JsonText.Valid(part.Name));
            EventJson.WriteValue(json, part.Value);
        }

        json.WriteEndObject();
    }

    static void WriteEvents(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("events");
        foreach (var (step, audited) in finding.Events)
        {
            json.WriteStartObject();
            json.WriteString("step", JsonText.Valid(step));
            EventJson.WriteProperties(json, audited.View);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
