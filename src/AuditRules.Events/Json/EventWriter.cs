using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Writes the members of an event (J1 to J4).</summary>
static class EventWriter
{
    public static void Write(Utf8JsonWriter writer, EventView e)
    {
        writer.WriteNumber("seq"u8, e.Ordinal);
        WriteTime(writer, "time"u8, e.Time);
        writer.WriteNumber("pid"u8, e.Pid);
        writer.WriteNumber("tid"u8, e.Thread);
        writer.WriteNumber("process"u8, e.Process);
        writer.WriteString("event"u8, e.Name);
        writer.WriteStartArray("args"u8);
        for (var i = 0; i < e.ArgumentCount; i++)
            ValueWriter.Write(writer, e[i]);
        writer.WriteEndArray();
        if (e.Caller is not { } caller)
            return;
        writer.WriteStartObject("caller"u8);
        writer.WriteString("file"u8, caller.File);
        writer.WriteNumber("line"u8, caller.Line);
        writer.WriteString("function"u8, caller.Function);
        writer.WriteEndObject();
    }

    public static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long time)
    {
        Span<byte> text = stackalloc byte[EventTime.Length];
        EventTime.Format(time, text);
        writer.WriteString(name, text);
    }
}
