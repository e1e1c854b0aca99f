using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Events, values and records as JSON (docs/spec/event-json.md): one object a line.</summary>
public static class EventJson
{
    /// <summary>
    /// How the JSON is written here: on one line, text as it is where JSON allows it. Control characters are escaped; for a
    /// page of HTML the text needs an escape of its own.
    /// </summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes an event as an object.</summary>
    public static void Write(Utf8JsonWriter writer, EventView e)
    {
        writer.WriteStartObject();
        WriteProperties(writer, e);
        writer.WriteEndObject();
    }

    /// <summary>Writes an event's members into an object that is open, so that others can stand beside them.</summary>
    public static void WriteProperties(Utf8JsonWriter writer, EventView e) => EventWriter.Write(writer, e);

    /// <summary>Writes a value.</summary>
    public static void WriteValue(Utf8JsonWriter writer, Value value) => ValueWriter.Write(writer, value);

    /// <summary>Writes META as an object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="meta">What the trace says of its recording.</param>
    /// <param name="traceId">The trace's id, which stands in front; empty for none.</param>
    public static void Write(Utf8JsonWriter writer, TraceMeta meta, string traceId = "") =>
        RecordWriter.Write(writer, meta, traceId);

    /// <summary>Writes a PROCESS record as an object.</summary>
    public static void Write(Utf8JsonWriter writer, ProcessRecord record) =>
        RecordWriter.Write(writer, record);

    /// <summary>Writes a LOSS record as an object.</summary>
    public static void Write(Utf8JsonWriter writer, LossRecord record) => RecordWriter.Write(writer, record);

    /// <summary>Writes END as an object.</summary>
    public static void Write(Utf8JsonWriter writer, TraceTotals totals) => RecordWriter.Write(writer, totals);

    /// <summary>An event as one line, without the line's end.</summary>
    public static string ToJson(AuditEvent e) => ToJson(e, static (w, e) => Write(w, e.View));

    /// <summary>A value as one line, without the line's end.</summary>
    public static string ToJson(Value value) => ToJson(value, static (w, v) => WriteValue(w, v));

    /// <summary>Reads one line. Never throws: a line that cannot be used is a <see cref="JsonError"/>.</summary>
    /// <param name="line">UTF-8 without the line's end.</param>
    public static JsonLine Read(ReadOnlySpan<byte> line) => LineReader.Read(line);

    /// <summary>Reads one line. Never throws: a line that cannot be used is a <see cref="JsonError"/>.</summary>
    /// <param name="line">The line without its end.</param>
    public static JsonLine Read(string line) => LineReader.Read(Encoding.UTF8.GetBytes(line));

    static string ToJson<T>(T what, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer, what);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
