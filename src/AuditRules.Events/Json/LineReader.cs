using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Reads one line: an event or a record (J1, J15, J20 to J24).</summary>
static class LineReader
{
    public static JsonLine Read(ReadOnlySpan<byte> line)
    {
        try
        {
            if (line.TrimStart(" \t\r\n"u8).IsEmpty)
                throw new LineException(1, "the line is empty");
            var reader = new TokenReader(line);
            reader.Must();
            reader.Open(JsonTokenType.StartObject, "a line must be an object");
            var record = FindRecord(line);
            JsonLine read = record switch
            {
                null => ReadEvent(ref reader),
                RecordNames.Meta => RecordReader.ReadMeta(ref reader),
                RecordNames.Process => new JsonProcess(RecordReader.ReadProcess(ref reader)),
                RecordNames.Loss => new JsonLoss(RecordReader.ReadLoss(ref reader)),
                RecordNames.End => new JsonEnd(RecordReader.ReadTotals(ref reader)),
                _ => throw reader.Error(
                    $"there is no record {record}; known are meta, process, loss and end"
                ),
            };
            return reader.Next() ? throw reader.Error("there is more behind the object") : read;
        }
        catch (LineException e)
        {
            return new JsonError(e.Column, e.Message);
        }
    }

    /// <summary>The name of the record that the line is; null when it is an event, which has an <c>event</c>.</summary>
    static string? FindRecord(ReadOnlySpan<byte> line)
    {
        // Most lines are events of our own, and they say so with this.
        if (line.IndexOf("\"record\""u8) < 0)
            return null;
        var reader = new TokenReader(line);
        reader.Must();
        string? record = null;
        while (reader.NextMember(out var name, out _))
        {
            if (name == "event")
                return null;
            if (name == "record" && reader.Type == JsonTokenType.String)
                record = reader.String(name);
            reader.Skip();
        }

        return record;
    }

    static JsonEvent ReadEvent(ref TokenReader reader)
    {
        var start = reader.Column;
        string? name = null;
        long? ordinal = null;
        long? time = null;
        long? thread = null;
        int? process = null;
        var pid = 0;
        var arguments = new List<Value>();
        Caller? caller = null;
        List<KeyValuePair<Value, Value>>? extra = null;
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (reader.NextMember(out var member, out var column))
        {
            if (!seen.Add(member is "ts" ? "time" : member))
                throw new LineException(column, $"{member} is there twice");
            switch (member)
            {
                case "seq":
                    ordinal = reader.Int64(member);
                    break;
                case "time":
                    time = reader.Time(member);
                    break;
                case "ts":
                    time = reader.Int64(member);
                    break;
                case "pid":
                    pid = reader.Int32(member);
                    break;
                case "tid":
                    thread = reader.Int64(member);
                    break;
                case "process":
                    process = reader.Int32(member);
                    break;
                case "event":
                    name = reader.String(member);
                    break;
                case "args":
                    reader.Open(JsonTokenType.StartArray, "args must be a list");
                    for (reader.Must(); reader.Type != JsonTokenType.EndArray; reader.Must())
                        arguments.Add(ValueReader.Read(ref reader));
                    break;
                case "caller":
                    caller = reader.Type == JsonTokenType.Null ? null : ReadCaller(ref reader);
                    break;
                default:
                    (extra ??= []).Add(new(member, ValueReader.Read(ref reader, ValueReader.MaxDepth - 1)));
                    break;
            }
        }

        if (name is null)
            throw new LineException(start, "there is no event: the name of what happened is missing");
        if (time is null)
            throw new LineException(start, "there is no time, nor a ts in nanoseconds");
        if (extra is not null)
            arguments.Add(Value.Map([.. extra]));
        var e = new AuditEvent(name, [.. arguments])
        {
            Ordinal = ordinal ?? 0,
            Time = time.Value,
            Pid = pid,
            Thread = thread ?? pid,
            Process = process ?? 0,
            Caller = caller,
        };
        return new JsonEvent(e, ordinal is not null, process is not null);
    }

    static Caller ReadCaller(ref TokenReader reader)
    {
        reader.Open(JsonTokenType.StartObject, "caller must be an object");
        var caller = new Caller("", 0, "");
        while (reader.NextMember(out var name, out _))
        {
            switch (name)
            {
                case "file":
                    caller = caller with { File = reader.String(name) };
                    break;
                case "line":
                    caller = caller with { Line = reader.Int32(name) };
                    break;
                case "function":
                    caller = caller with { Function = reader.String(name) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return caller;
    }
}
