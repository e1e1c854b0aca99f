using System.Collections.Immutable;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Writes META, PROCESS, LOSS and END (J15 to J19).</summary>
static class RecordWriter
{
    public static void Write(Utf8JsonWriter writer, TraceMeta meta, string traceId)
    {
        Start(writer, RecordNames.Meta);
        if (traceId.Length > 0)
            writer.WriteString("id"u8, traceId);
        writer.WriteString("recorder"u8, meta.Recorder);
        writer.WriteString("recorderVersion"u8, meta.RecorderVersion);
        writer.WriteString("runtime"u8, meta.Runtime);
        writer.WriteString("runtimeVersion"u8, meta.RuntimeVersion);
        writer.WriteString("platform"u8, meta.Platform);
        Write(writer, "command", meta.Command);
        writer.WriteNumber("pid"u8, meta.Pid);
        writer.WriteNumber("parentPid"u8, meta.ParentPid);
        EventWriter.WriteTime(writer, "wallClock"u8, meta.WallClock);
        writer.WriteNumber("monotonicClock"u8, meta.MonotonicClock);
        writer.WriteString("profile"u8, meta.Profile);
        Write(writer, "include", meta.Include);
        Write(writer, "exclude", meta.Exclude);
        Write(writer, "drop", meta.Drop);
        writer.WriteString("environment"u8, meta.Environment);
        writer.WriteBoolean("redacted"u8, meta.Redacted);
        writer.WriteBoolean("callers"u8, meta.Callers);
        writer.WriteString("runId"u8, meta.RunId);
        writer.WriteString("commit"u8, meta.Commit);
        writer.WriteString("boot"u8, meta.Boot);
        WriteKnown(writer, "host", meta.Host);
        WriteKnown(writer, "user", meta.User);
        WriteKnown(writer, "directory", meta.Directory);
        if (!meta.Blind.IsEmpty)
            Write(writer, "blind", meta.Blind);
        writer.WriteString("derived"u8, meta.Derived);
        Write(writer, "sources", meta.Sources);
        if (meta.Part != 0)
            writer.WriteNumber("part"u8, meta.Part);
        if (meta.LastPart != 0)
            writer.WriteNumber("lastPart"u8, meta.LastPart);
        WriteKnown(writer, "previous", meta.Previous);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, ProcessRecord record)
    {
        Start(writer, RecordNames.Process);
        writer.WriteString("change"u8, RecordNames.NameOf(record.Change));
        writer.WriteNumber("process"u8, record.Process);
        writer.WriteNumber("parent"u8, record.Parent);
        writer.WriteNumber("pid"u8, record.Pid);
        EventWriter.WriteTime(writer, "time"u8, record.Time);
        Write(writer, "command", record.Command);
        if (record.ExitCode is { } exitCode)
            writer.WriteNumber("exitCode"u8, exitCode);
        WriteKnown(writer, "suspicion", record.Suspicion);
        if (record.SuspectFrom != 0)
            EventWriter.WriteTime(writer, "suspectFrom"u8, record.SuspectFrom);
        if (!record.Facts.IsDefaultOrEmpty)
            Write(writer, "facts", record.Facts);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, LossRecord record)
    {
        Start(writer, RecordNames.Loss);
        writer.WriteNumber("process"u8, record.Process);
        writer.WriteString("reason"u8, record.Reason);
        writer.WriteNumber("count"u8, record.Count);
        if (record.From != 0)
            EventWriter.WriteTime(writer, "from"u8, record.From);
        if (record.To != 0)
            EventWriter.WriteTime(writer, "to"u8, record.To);
        writer.WriteStartObject("events"u8);
        foreach (var (name, count) in record.Events)
            writer.WriteNumber(name, count);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, TraceTotals totals)
    {
        Start(writer, RecordNames.End);
        writer.WriteNumber("events"u8, totals.Events);
        writer.WriteNumber("processes"u8, totals.Processes);
        writer.WriteNumber("raised"u8, totals.Raised);
        writer.WriteNumber("filtered"u8, totals.Filtered);
        writer.WriteNumber("lost"u8, totals.Lost);
        if (totals.Continues)
            writer.WriteBoolean("continues"u8, true);
        writer.WriteEndObject();
    }

    static void Start(Utf8JsonWriter writer, string record)
    {
        writer.WriteStartObject();
        writer.WriteString("record"u8, record);
    }

    static void WriteKnown(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0)
            writer.WriteString(name, text);
    }

    static void Write(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
