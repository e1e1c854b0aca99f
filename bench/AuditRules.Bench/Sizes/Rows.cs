using System.Buffers;
using AuditRules.Events;
using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Bench;

/// <summary>Events one by one, as programs without columns write them.</summary>
static class Rows
{
    static readonly string[] Keys = ["time", "process", "pid", "tid", "event", "args", "caller"];

    /// <summary>An event as a MessagePack map, its keys in every event.</summary>
    public static void WriteMap(IBufferWriter<byte> target, AuditEvent e) => Write(target, e, true);

    /// <summary>An event as a MessagePack array of 7.</summary>
    public static void WriteArray(IBufferWriter<byte> target, AuditEvent e) => Write(target, e, false);

    /// <summary>Reads what <see cref="WriteArray"/> wrote, with all values.</summary>
    public static AuditEvent ReadArray(ref MessagePackReader reader)
    {
        if (reader.ReadArrayHeader() != 7)
            throw new MessagePackSerializationException("an event is not of 7 fields");
        var time = reader.ReadInt64();
        var process = reader.ReadInt32();
        var pid = reader.ReadInt32();
        var thread = reader.ReadInt64();
        var name = reader.ReadString()!;
        var arguments = new Value[reader.ReadArrayHeader()];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = ValueCodec.Read(ref reader);
        reader.ReadArrayHeader();
        var caller = new Caller(reader.ReadString()!, reader.ReadInt32(), reader.ReadString()!);
        return new AuditEvent(name, [.. arguments])
        {
            Time = time,
            Process = process,
            Pid = pid,
            Thread = thread,
            Caller = caller,
        };
    }

    static void Write(IBufferWriter<byte> target, AuditEvent e, bool keys)
    {
        var writer = new MessagePackWriter(target);
        var key = 0;
        if (keys)
            writer.WriteMapHeader(Keys.Length);
        else
            writer.WriteArrayHeader(Keys.Length);
        Key(ref writer, keys, ref key);
        writer.Write(e.Time);
        Key(ref writer, keys, ref key);
        writer.Write(e.Process);
        Key(ref writer, keys, ref key);
        writer.Write(e.Pid);
        Key(ref writer, keys, ref key);
        writer.Write(e.Thread);
        Key(ref writer, keys, ref key);
        writer.Write(e.Name);
        Key(ref writer, keys, ref key);
        writer.WriteArrayHeader(e.Arguments.Length);
        foreach (var argument in e.Arguments)
            ValueCodec.Write(ref writer, argument);
        Key(ref writer, keys, ref key);
        writer.WriteArrayHeader(3);
        writer.Write(e.Caller!.File);
        writer.Write(e.Caller.Line);
        writer.Write(e.Caller.Function);
        writer.Flush();
    }

    static void Key(ref MessagePackWriter writer, bool keys, ref int key)
    {
        if (keys)
            writer.Write(Keys[key++]);
    }
}
