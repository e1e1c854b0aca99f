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
        json.WriteString("head", found.Head?.ToString() ?? "");
        json.WriteNumber("events", contents.Events);
        if (contents.Events > 0)
        {
            json.WriteString("firstTime", EventTime.ToText(contents.FirstTime));
            json.WriteString("lastTime", EventTime.ToText(contents.LastTime));
        }

        if (contents.End is { Raised: >= 0 } end)
        {
            json.WriteNumber("raised", end.Raised);
            json.WriteNumber("filtered", Math.Max(end.Filtered, 0));
            json.WriteNumber("lost", end.Lost);
        }

        if (contents.End is { Continues: true })
            json.WriteBoolean("continues", true);
        json.WritePropertyName("meta");
        EventJson.Write(json, contents.Meta);
        json.WriteStartObject("names");
        foreach (var (name, count) in contents.ByName.OrderBy(n => n.Key, StringComparer.Ordinal))
            json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartArray("processes");
        foreach (var (process, line) in contents.Processes)
            Write(json, contents, process, line);
        json.WriteEndArray();
        json.WriteStartArray("notRecorded");
        foreach (var record in contents.NotRecorded)
            EventJson.Write(json, record);
        json.WriteEndArray();
        json.WriteStartArray("losses");
        foreach (var loss in contents.Losses)
            EventJson.Write(json, loss);
        json.WriteEndArray();
        json.WriteStartArray("suspicions");
        foreach (var suspicious in contents.Suspicions)
            EventJson.Write(json, suspicious);
        json.WriteEndArray();
        json.WriteStartArray("damages");
        foreach (var damage in contents.Damages)
        {
            json.WriteStartObject();
            json.WriteString("kind", damage.Code.ToString());
            json.WriteNumber("offset", damage.Offset);
            json.WriteString("message", damage.Message);
            if (damage.Events is { } missing)
                json.WriteNumber("events", missing);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, TraceContents contents, int process, ProcessLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("process", process);
        json.WriteNumber("parent", line.Parent);
        json.WriteNumber("pid", line.Pid);
        json.WriteNumber("events", line.Events);
        if (line.Began is { } began)
            json.WriteString("began", EventTime.ToText(began));
        if (line.Ended is { } ended)
            json.WriteString("ended", EventTime.ToText(ended));
        json.WriteBoolean("runs", contents.IsRunning(process));
        if (line.ExitCode is { } code)
            json.WriteNumber("exitCode", code);
        json.WriteStartArray("command");
        foreach (var word in line.Command)
            json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
