using System.Collections.Immutable;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>Reads META, PROCESS, LOSS and END (J15 to J19) from behind the object's beginning.</summary>
static class RecordReader
{
    public static JsonMeta ReadMeta(ref TokenReader reader)
    {
        var meta = new TraceMeta();
        var id = "";
        while (reader.NextMember(out var name, out _))
        {
            if (name == "id")
            {
                id = reader.String(name);
                continue;
            }

            meta = name switch
            {
                "recorder" => meta with { Recorder = reader.String(name) },
                "recorderVersion" => meta with { RecorderVersion = reader.String(name) },
                "runtime" => meta with { Runtime = reader.String(name) },
                "runtimeVersion" => meta with { RuntimeVersion = reader.String(name) },
                "platform" => meta with { Platform = reader.String(name) },
                "command" => meta with { Command = reader.Strings(name) },
                "pid" => meta with { Pid = reader.Int32(name) },
                "parentPid" => meta with { ParentPid = reader.Int32(name) },
                "wallClock" => meta with { WallClock = reader.Time(name) },
                "monotonicClock" => meta with { MonotonicClock = reader.Int64(name) },
                "profile" => meta with { Profile = reader.String(name) },
                "include" => meta with { Include = reader.Strings(name) },
                "drop" => meta with { Drop = reader.Strings(name) },
                "exclude" => meta with { Exclude = reader.Strings(name) },
                "environment" => meta with { Environment = reader.String(name) },
                "redacted" => meta with { Redacted = reader.Boolean(name) },
                "callers" => meta with { Callers = reader.Boolean(name) },
                "runId" => meta with { RunId = reader.String(name) },
                "commit" => meta with { Commit = reader.String(name) },
                "boot" => meta with { Boot = reader.String(name) },
                "host" => meta with { Host = reader.String(name) },
                "user" => meta with { User = reader.String(name) },
                "directory" => meta with { Directory = reader.String(name) },
                "blind" => meta with { Blind = reader.Strings(name) },
                "derived" => meta with { Derived = reader.String(name) },
                "sources" => meta with { Sources = reader.Strings(name) },
                "part" => meta with { Part = reader.Int32(name) },
                "lastPart" => meta with { LastPart = reader.Int32(name) },
                "previous" => meta with { Previous = reader.String(name) },
                _ => Unknown(ref reader, meta),
            };
        }

        return new JsonMeta(meta, id);
    }

    public static ProcessRecord ReadProcess(ref TokenReader reader)
    {
        var record = new ProcessRecord(ProcessChange.Start, 0, -1, 0, 0, [], null);
        while (reader.NextMember(out var name, out _))
        {
            record = name switch
            {
                "change" => record with
                {
                    Change =
                        RecordNames.ChangeOf(reader.String(name))
                        ?? throw reader.Error("change must be start, fork, exec, exit or not-recorded"),
                },
                "process" => record with { Process = reader.Int32(name) },
                "parent" => record with { Parent = reader.Int32(name) },
                "pid" => record with { Pid = reader.Int32(name) },
                "time" => record with { Time = reader.Time(name) },
                "ts" => record with { Time = reader.Int64(name) },
                "command" => record with { Command = reader.Strings(name) },
                "exitCode" => record with { ExitCode = reader.Int32(name) },
                "suspicion" => record with { Suspicion = reader.String(name) },
                "suspectFrom" => record with { SuspectFrom = reader.Time(name) },
                "facts" => record with { Facts = reader.Strings(name) },
                _ => Unknown(ref reader, record),
            };
        }

        return record;
    }

    public static LossRecord ReadLoss(ref TokenReader reader)
    {
        var record = new LossRecord(-1, "", 0, 0, 0, []);
        while (reader.NextMember(out var name, out _))
        {
            record = name switch
            {
                "process" => record with { Process = reader.Int32(name) },
                "reason" => record with { Reason = reader.String(name) },
                "count" => record with { Count = reader.Int64(name) },
                "from" => record with { From = reader.Time(name) },
                "to" => record with { To = reader.Time(name) },
                "events" => record with { Events = ReadCounts(ref reader) },
                _ => Unknown(ref reader, record),
            };
        }

        return record;
    }

    public static TraceTotals ReadTotals(ref TokenReader reader)
    {
        var totals = new TraceTotals(0, 0, -1, -1, 0);
        while (reader.NextMember(out var name, out _))
        {
            totals = name switch
            {
                "events" => totals with { Events = reader.Int64(name) },
                "processes" => totals with { Processes = reader.Int32(name) },
                "raised" => totals with { Raised = reader.Int64(name) },
                "filtered" => totals with { Filtered = reader.Int64(name) },
                "lost" => totals with { Lost = reader.Int64(name) },
                "continues" => totals with { Continues = reader.Boolean(name) },
                _ => Unknown(ref reader, totals),
            };
        }

        return totals;
    }

    static ImmutableArray<KeyValuePair<string, long>> ReadCounts(ref TokenReader reader)
    {
        reader.Open(JsonTokenType.StartObject, "events must be an object of counts by name");
        var counts = ImmutableArray.CreateBuilder<KeyValuePair<string, long>>();
        while (reader.NextMember(out var name, out _))
            counts.Add(new(name, reader.Int64("a count")));
        return counts.ToImmutable();
    }

    static T Unknown<T>(ref TokenReader reader, T record)
    {
        reader.Skip();
        return record;
    }
}
