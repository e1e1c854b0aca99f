using System.Text.Json;
using AuditRules.Events.Json;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The summary of a trace as one JSON object.</summary>
static class SummaryLine
{
    public static void Write(
        Utf8JsonWriter json,
        string path,
        TraceVerification found,
        TraceContents contents
    )
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("id", found.TraceId);
        json.WriteBoolean("closed", contents.End is not null);
        json.WriteBoolean("sealed", found.Sealed);
        json.WriteStartArray("signedBy");
        foreach (var signature in found.Signatures)
            json.WriteStringValue(signature.Name);
        json.WriteEndArray();
        json.WriteNumber("events", contents.Events);
        json.WritePropertyName("meta");
        EventJson.Write(json, contents.Meta);
        json.WriteStartObject("names");
        foreach (var (name, count) in contents.ByName.OrderBy(n => n.Key, StringComparer.Ordinal))
            json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartArray("losses");
        foreach (var loss in contents.Losses)
            EventJson.Write(json, loss);
        json.WriteEndArray();
        json.WriteStartArray("damages");
        foreach (var damage in contents.Damages)
        {
            json.WriteStartObject();
            json.WriteString("kind", damage.Code.ToString());
            json.WriteNumber("offset", damage.Offset);
            json.WriteString("message", damage.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
