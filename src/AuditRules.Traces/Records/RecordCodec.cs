using System.Collections.Immutable;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>The payloads of META, PROCESS, LOSS and END (T34 to T38): maps with text keys; unknown keys are skipped.</summary>
static class RecordCodec
{
    public static void Write(ref MessagePackWriter writer, TraceMeta meta)
    {
        // Left out where they are not known: most imported traces have none.
        (string Key, string Text)[] origin =
        [
            ("host", meta.Host),
            ("user", meta.User),
            ("directory", meta.Directory),
            ("previous", meta.Previous),
        ];
        var known = Array.FindAll(origin, part => part.Text.Length > 0);
        (string Key, int Number)[] numbers = [("part", meta.Part), ("lastPart", meta.LastPart)];
        var parts = Array.FindAll(numbers, part => part.Number != 0);
        writer.WriteMapHeader(23 + known.Length + (meta.Blind.IsEmpty ? 0 : 1) + parts.Length);
        writer.Write("version");
        writer.WriteArrayHeader(2);
        writer.Write(TraceFormat.MajorVersion);
        writer.Write(TraceFormat.MinorVersion);
        Put(ref writer, "recorder", meta.Recorder);
        Put(ref writer, "recorderVersion", meta.RecorderVersion);
        Put(ref writer, "runtime", meta.Runtime);
        Put(ref writer, "runtimeVersion", meta.RuntimeVersion);
        Put(ref writer, "platform", meta.Platform);
        Put(ref writer, "command", meta.Command);
        Put(ref writer, "pid", meta.Pid);
        Put(ref writer, "parentPid", meta.ParentPid);
        Put(ref writer, "wallClock", meta.WallClock);
        Put(ref writer, "monotonicClock", meta.MonotonicClock);
        Put(ref writer, "profile", meta.Profile);
        Put(ref writer, "include", meta.Include);
        Put(ref writer, "exclude", meta.Exclude);
        Put(ref writer, "drop", meta.Drop);
        Put(ref writer, "environment", meta.Environment);
        writer.Write("redacted");
        writer.Write(meta.Redacted);
        writer.Write("callers");
        writer.Write(meta.Callers);
        Put(ref writer, "runId", meta.RunId);
        Put(ref writer, "commit", meta.Commit);
        Put(ref writer, "boot", meta.Boot);
        foreach (var (key, text) in known)
            Put(ref writer, key, text);
        if (!meta.Blind.IsEmpty)
            Put(ref writer, "blind", meta.Blind);
        Put(ref writer, "derived", meta.Derived);
        Put(ref writer, "sources", meta.Sources);
        foreach (var (key, number) in parts)
            Put(ref writer, key, number);
    }

    /// <summary>Reads META; the version that it repeats is null when it does not.</summary>
    public static TraceMeta ReadMeta(ref MessagePackReader reader, out Version? version)
    {
        var meta = new TraceMeta();
        version = null;
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (Text(ref reader))
            {
                case "version":
                    if (reader.ReadArrayHeader() != 2)
                        throw new MessagePackSerializationException("a version is not of 2 numbers");
                    version = new Version(ReadPart(ref reader), ReadPart(ref reader));
                    break;
                case "recorder":
                    meta = meta with { Recorder = Text(ref reader) };
                    break;
                case "recorderVersion":
                    meta = meta with { RecorderVersion = Text(ref reader) };
                    break;
                case "runtime":
                    meta = meta with { Runtime = Text(ref reader) };
                    break;
                case "runtimeVersion":
                    meta = meta with { RuntimeVersion = Text(ref reader) };
                    break;
                case "platform":
                    meta = meta with { Platform = Text(ref reader) };
                    break;
                case "command":
                    meta = meta with { Command = Texts(ref reader) };
                    break;
                case "pid":
                    meta = meta with { Pid = reader.ReadInt32() };
                    break;
                case "parentPid":
                    meta = meta with { ParentPid = reader.ReadInt32() };
                    break;
                case "wallClock":
                    meta = meta with { WallClock = reader.ReadInt64() };
                    break;
                case "monotonicClock":
                    meta = meta with { MonotonicClock = reader.ReadInt64() };
                    break;
                case "profile":
                    meta = meta with { Profile = Text(ref reader) };
                    break;
                case "include":
                    meta = meta with { Include = Texts(ref reader) };
                    break;
                case "drop":
                    meta = meta with { Drop = Texts(ref reader) };
                    break;
                case "exclude":
                    meta = meta with { Exclude = Texts(ref reader) };
                    break;
                case "environment":
                    meta = meta with { Environment = Text(ref reader) };
                    break;
                case "redacted":
                    meta = meta with { Redacted = reader.ReadBoolean() };
                    break;
                case "callers":
                    meta = meta with { Callers = reader.ReadBoolean() };
                    break;
                case "runId":
                    meta = meta with { RunId = Text(ref reader) };
                    break;
                case "commit":
                    meta = meta with { Commit = Text(ref reader) };
                    break;
                case "boot":
                    meta = meta with { Boot = Text(ref reader) };
                    break;
                case "host":
                    meta = meta with { Host = Text(ref reader) };
                    break;
                case "user":
                    meta = meta with { User = Text(ref reader) };
                    break;
                case "directory":
                    meta = meta with { Directory = Text(ref reader) };
                    break;
                case "blind":
                    meta = meta with { Blind = Texts(ref reader) };
                    break;
                case "derived":
                    meta = meta with { Derived = Text(ref reader) };
                    break;
                case "sources":
                    meta = meta with { Sources = Texts(ref reader) };
                    break;
                case "part":
                    meta = meta with { Part = reader.ReadInt32() };
                    break;
                case "lastPart":
                    meta = meta with { LastPart = reader.ReadInt32() };
                    break;
                case "previous":
                    meta = meta with { Previous = Text(ref reader) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return meta;
    }

    public static void Write(ref MessagePackWriter writer, ProcessRecord record)
    {
        var isSuspicious = record.Suspicion.Length > 0;
        var hasFacts = !record.Facts.IsDefaultOrEmpty;
        writer.WriteMapHeader(
            6 + (record.ExitCode is null ? 0 : 1) + (isSuspicious ? 2 : 0) + (hasFacts ? 1 : 0)
        );
        Put(ref writer, "change", (int)record.Change);
        Put(ref writer, "process", record.Process);
        Put(ref writer, "parent", record.Parent);
        Put(ref writer, "pid", record.Pid);
        Put(ref writer, "time", record.Time);
        Put(ref writer, "command", record.Command);
        if (record.ExitCode is { } exitCode)
            Put(ref writer, "exitCode", exitCode);
        if (isSuspicious)
        {
            Put(ref writer, "suspicion", record.Suspicion);
            Put(ref writer, "suspectFrom", record.SuspectFrom);
        }

        if (hasFacts)
            Put(ref writer, "facts", record.Facts);
    }

    public static ProcessRecord ReadProcess(ref MessagePackReader reader)
    {
        var record = new ProcessRecord(ProcessChange.Start, 0, -1, 0, 0, [], null);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (Text(ref reader))
            {
                case "change":
                    var change = reader.ReadUInt32();
                    if (change > (uint)ProcessChange.NotRecorded)
                        throw new MessagePackSerializationException($"a process change {change}");
                    record = record with { Change = (ProcessChange)change };
                    break;
                case "process":
                    record = record with { Process = reader.ReadInt32() };
                    break;
                case "parent":
                    record = record with { Parent = reader.ReadInt32() };
                    break;
                case "pid":
                    record = record with { Pid = reader.ReadInt32() };
                    break;
                case "time":
                    record = record with { Time = reader.ReadInt64() };
                    break;
                case "command":
                    record = record with { Command = Texts(ref reader) };
                    break;
                case "exitCode":
                    record = record with { ExitCode = reader.ReadInt32() };
                    break;
                case "suspicion":
                    record = record with { Suspicion = Text(ref reader) };
                    break;
                case "suspectFrom":
                    record = record with { SuspectFrom = reader.ReadInt64() };
                    break;
                case "facts":
                    record = record with { Facts = Texts(ref reader) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return record;
    }

    public static void Write(ref MessagePackWriter writer, LossRecord record)
    {
        writer.WriteMapHeader(6);
        Put(ref writer, "process", record.Process);
        Put(ref writer, "reason", record.Reason);
        Put(ref writer, "count", record.Count);
        Put(ref writer, "from", record.From);
        Put(ref writer, "to", record.To);
        writer.Write("events");
        writer.WriteMapHeader(record.Events.Length);
        foreach (var (name, count) in record.Events)
            Put(ref writer, name, count);
    }

    public static LossRecord ReadLoss(ref MessagePackReader reader)
    {
        var record = new LossRecord(-1, "", 0, 0, 0, []);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (Text(ref reader))
            {
                case "process":
                    record = record with { Process = reader.ReadInt32() };
                    break;
                case "reason":
                    record = record with { Reason = Text(ref reader) };
                    break;
                case "count":
                    record = record with { Count = reader.ReadInt64() };
                    break;
                case "from":
                    record = record with { From = reader.ReadInt64() };
                    break;
                case "to":
                    record = record with { To = reader.ReadInt64() };
                    break;
                case "events":
                    var events = new KeyValuePair<string, long>[reader.ReadMapHeader()];
                    for (var i = 0; i < events.Length; i++)
                        events[i] = new(Text(ref reader), reader.ReadInt64());
                    record = record with { Events = [.. events] };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return record;
    }

    /// <summary>Writes END.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="totals">The totals.</param>
    /// <param name="index">Where the INDEX frame stands; 0 without one.</param>
    public static void Write(ref MessagePackWriter writer, TraceTotals totals, long index)
    {
        writer.WriteMapHeader(5 + (index == 0 ? 0 : 1) + (totals.Continues ? 1 : 0));
        Put(ref writer, "events", totals.Events);
        Put(ref writer, "processes", totals.Processes);
        Put(ref writer, "raised", totals.Raised);
        Put(ref writer, "filtered", totals.Filtered);
        Put(ref writer, "lost", totals.Lost);
        if (index != 0)
            Put(ref writer, "index", index);
        if (!totals.Continues)
            return;
        writer.Write("continues");
        writer.Write(true);
    }

    public static TraceTotals ReadTotals(ref MessagePackReader reader) => ReadTotals(ref reader, out _);

    /// <summary>Reads END, and where it says that the INDEX frame stands: 0 for none.</summary>
    public static TraceTotals ReadTotals(ref MessagePackReader reader, out long index)
    {
        index = 0;
        var totals = new TraceTotals(0, 0, -1, -1, 0);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (Text(ref reader))
            {
                case "events":
                    totals = totals with { Events = reader.ReadInt64() };
                    break;
                case "processes":
                    totals = totals with { Processes = reader.ReadInt32() };
                    break;
                case "raised":
                    totals = totals with { Raised = reader.ReadInt64() };
                    break;
                case "filtered":
                    totals = totals with { Filtered = reader.ReadInt64() };
                    break;
                case "lost":
                    totals = totals with { Lost = reader.ReadInt64() };
                    break;
                case "index":
                    index = reader.ReadInt64();
                    break;
                case "continues":
                    totals = totals with { Continues = reader.ReadBoolean() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return totals;
    }

    static void Put(ref MessagePackWriter writer, string key, string value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    static void Put(ref MessagePackWriter writer, string key, long value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    static void Put(ref MessagePackWriter writer, string key, ImmutableArray<string> values)
    {
        writer.Write(key);
        writer.WriteArrayHeader(values.Length);
        foreach (var value in values)
            writer.Write(value);
    }

    static int ReadPart(ref MessagePackReader reader) =>
        reader.ReadUInt32() is <= byte.MaxValue and var part
            ? (int)part
            : throw new MessagePackSerializationException("a version beyond 255");

    static string Text(ref MessagePackReader reader) =>
        reader.ReadString() ?? throw new MessagePackSerializationException("nil in place of text");

    static ImmutableArray<string> Texts(ref MessagePackReader reader)
    {
        var texts = new string[reader.ReadArrayHeader()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Text(ref reader);
        return [.. texts];
    }
}
