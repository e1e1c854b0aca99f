using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Bench;

/// <summary>Writes the workload as a trace.</summary>
static class TraceCommand
{
    public static int Run(string path, int events)
    {
        using var file = File.Create(path);
        Write(file, new ReferenceWorkload().Take(events), ColumnCodec.Lz4);
        return 0;
    }

    /// <summary>The same bytes in every run: the trace's id is fixed. The stream stays open.</summary>
    public static void Write(Stream stream, IEnumerable<AuditEvent> events, ColumnCodec codec)
    {
        var meta = new TraceMeta
        {
            Recorder = "bench",
            WallClock = ReferenceWorkload.Start,
            MonotonicClock = 55,
            Callers = true,
        };
        var options = new TraceWriterOptions
        {
            Codec = codec,
            TraceId = 42,
            LeaveOpen = true,
        };
        using var writer = new TraceWriter(stream, meta, options);
        foreach (var e in events)
            writer.Add(e.View);
        writer.Complete(new TraceTotals(0, 2_000, -1, -1, 0));
    }
}
