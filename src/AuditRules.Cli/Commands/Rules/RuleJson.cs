using System.Text.Json;
using AuditRules.Detection.Plans;
using AuditRules.Reporting.Reports;

namespace AuditRules.Cli.Commands.Rules;

/// <summary>What a rule says of itself, as one JSON object.</summary>
static class RuleJson
{
    public static void Write(Utf8JsonWriter json, RulePlan rule)
    {
        var info = rule.Info;
        json.WriteStartObject();
        json.WriteString("rule", info.Id);
        json.WriteString("title", info.Title);
        json.WriteString("severity", Names.Of(info.Severity));
        json.WriteString("maturity", Names.Of(info.Maturity));
        WriteList(json, "mitre", info.Mitre);
        WriteList(json, "tags", info.Tags);
        WriteList(json, "references", info.References);
        WriteList(json, "falsePositives", info.FalsePositives);
        json.WriteString("remediation", info.Remediation);
        json.WriteStartObject("source");
        json.WriteString("file", info.Source.File);
        json.WriteNumber("line", info.Source.Line);
        json.WriteEndObject();
        WriteList(
            json,
            "events",
            rule.Steps.SelectMany(s => s.Pattern.Alternatives).Select(p => p.EventName).Distinct()
        );
        json.WriteNumber("examples", rule.Examples.Length);
        json.WriteEndObject();
    }

    static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);
        json.WriteEndArray();
    }
}
