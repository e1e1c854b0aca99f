using System.Buffers;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>An event as one MessagePack map with the keys of docs/spec/event-json.md, for programs in any language.</summary>
public static class EventMap
{
    /// <summary>Writes the event. Its time is an integer, nanoseconds since the Unix epoch; its arguments are encoded as in
    /// a trace (docs/spec/trace.md, T39).</summary>
    /// <exception cref="ArgumentException">A value cannot be stored in a trace; it did not come from one.</exception>
    public static void Write(IBufferWriter<byte> output, EventView audited)
    {
        var writer = new MessagePackWriter(output);
        var caller = audited.Caller;
        writer.WriteMapHeader(caller is null ? 7 : 8);
        Put(ref writer, "seq", audited.Ordinal);
        Put(ref writer, "time", audited.Time);
        Put(ref writer, "pid", audited.Pid);
        Put(ref writer, "tid", audited.Thread);
        Put(ref writer, "process", audited.Process);
        writer.Write("event");
        writer.Write(audited.Name);
        writer.Write("args");
        writer.WriteArrayHeader(audited.ArgumentCount);
        for (var i = 0; i < audited.ArgumentCount; i++)
            ValueCodec.Write(ref writer, audited[i]);
        if (caller is not null)
        {
            writer.Write("caller");
            writer.WriteMapHeader(3);
            writer.Write("file");
            writer.Write(caller.File);
            Put(ref writer, "line", caller.Line);
            writer.Write("function");
            writer.Write(caller.Function);
        }

        writer.Flush();
    }

    static void Put(ref MessagePackWriter writer, string key, long value)
    {
        writer.Write(key);
        writer.Write(value);
    }
}
