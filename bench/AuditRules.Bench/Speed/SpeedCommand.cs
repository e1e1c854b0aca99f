using System.Buffers;
using System.Diagnostics;
using AuditRules.Events;
using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Bench;

/// <summary>
/// Times each way of writing and reading the same events, best of five rounds that take turns. Only the ratios of one run
/// are worth keeping: they hold on other machines.
/// </summary>
static class SpeedCommand
{
    const int Rounds = 5;

    public static int Run(int count)
    {
        var events = new ReferenceWorkload().Take(count).ToArray();
        var array = new ArrayBufferWriter<byte>(256 * 1024 * 1024);
        using var lz4 = new MemoryStream();
        using var deflate = new MemoryStream();
        using var none = new MemoryStream();
        (string Name, Func<long> Run)[] ways =
        [
            ("write: MessagePack, an array an event", () => WriteRows(events, array)),
            ("write: trace, no codec", () => WriteTrace(events, none, ColumnCodec.None)),
            ("write: trace, LZ4", () => WriteTrace(events, lz4, ColumnCodec.Lz4)),
            ("write: trace, deflate", () => WriteTrace(events, deflate, ColumnCodec.Deflate)),
            ("read every value: MessagePack, an array an event", () => ReadRows(array.WrittenMemory)),
            ("read every value: trace, LZ4", () => ReadValues(lz4)),
            ("read every value: trace, deflate", () => ReadValues(deflate)),
            ("read every value, checked first: trace, LZ4", () => ReadValues(lz4, true)),
            ("find `subprocess.Popen`: MessagePack, an array an event", () => FindRows(array.WrittenMemory)),
            ("find `subprocess.Popen`: trace, LZ4", () => FindShapes(lz4)),
            ("step over every event: MessagePack, an array an event", () => FindRows(array.WrittenMemory)),
            ("check every column: trace, LZ4", () => Check(lz4)),
            ("both checksums only: trace, LZ4", () => Skim(lz4)),
        ];
        var best = new (double Seconds, long Bytes)[ways.Length];
        Array.Fill(best, (double.MaxValue, 0));
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < ways.Length; i++)
            {
                GC.Collect();
                var clock = Stopwatch.StartNew();
                var bytes = ways[i].Run();
                best[i] = (Math.Min(best[i].Seconds, clock.Elapsed.TotalSeconds), bytes);
            }
        }

        Console.WriteLine("| way | of the events a second of a MessagePack array an event |");
        Console.WriteLine("|---|---|");
        var like = 0;
        for (var i = 0; i < ways.Length; i++)
        {
            if (ways[i].Name.Contains("MessagePack", StringComparison.Ordinal))
                like = i;
            Console.WriteLine($"| {ways[i].Name} | {best[like].Seconds / best[i].Seconds:F1} x |");
        }

        for (var i = 0; i < ways.Length; i++)
        {
            var (seconds, bytes) = best[i];
            Console.Error.WriteLine(
                $"{ways[i].Name}: {count / seconds / 1e6:F2} million events/s, {bytes / seconds / 1e6:F0} MB/s"
            );
        }

        return 0;
    }

    static long WriteRows(AuditEvent[] events, ArrayBufferWriter<byte> target)
    {
        target.ResetWrittenCount();
        foreach (var e in events)
            Rows.WriteArray(target, e);
        return target.WrittenCount;
    }

    static long WriteTrace(AuditEvent[] events, MemoryStream target, ColumnCodec codec)
    {
        target.SetLength(0);
        TraceCommand.Write(target, events, codec);
        return target.Length;
    }

    static long ReadRows(ReadOnlyMemory<byte> rows)
    {
        var reader = new MessagePackReader(rows);
        while (!reader.End)
            Rows.ReadArray(ref reader);
        return rows.Length;
    }

    static long FindRows(ReadOnlyMemory<byte> rows)
    {
        var reader = new MessagePackReader(rows);
        var found = 0;
        while (!reader.End)
        {
            reader.ReadArrayHeader();
            for (var i = 0; i < 4; i++)
                reader.Skip();
            reader.TryReadStringSpan(out var name);
            found += name.SequenceEqual("subprocess.Popen"u8) ? 1 : 0;
            reader.Skip();
            reader.Skip();
        }

        return found > 0 ? rows.Length : throw new InvalidOperationException("nothing was found");
    }

    static long ReadValues(MemoryStream trace, bool validate = false) =>
        Read(
            trace,
            new TraceReaderOptions { LeaveOpen = true, Validate = validate },
            frame =>
            {
                for (var row = 0; row < frame.Count; row++)
                    new EventView(frame, row).Detach();
            }
        );

    static long FindShapes(MemoryStream trace)
    {
        var found = 0;
        Read(
            trace,
            new TraceReaderOptions { LeaveOpen = true },
            frame =>
            {
                for (var shape = 0; shape < frame.Shapes.Length; shape++)
                {
                    if (frame.Shapes[shape].Name == "subprocess.Popen")
                        found += frame.ShapeColumn.Count((ushort)shape);
                }
            }
        );
        return found > 0 ? trace.Length : throw new InvalidOperationException("nothing was found");
    }

    static long Check(MemoryStream trace) =>
        Read(trace, new TraceReaderOptions { LeaveOpen = true, Validate = true }, _ => { });

    static long Skim(MemoryStream trace) =>
        Read(trace, new TraceReaderOptions { LeaveOpen = true, Wanted = _ => false }, _ => { });

    static long Read(MemoryStream trace, TraceReaderOptions options, Action<EventFrame> use)
    {
        trace.Position = 0;
        using var reader = new TraceReader(trace, options);
        foreach (var item in reader.ReadToEnd())
        {
            if (item is DamageItem)
                throw new InvalidOperationException($"{item}");
            if (item is EventsItem { Frame: { } frame })
                use(frame);
        }

        return trace.Length;
    }
}
