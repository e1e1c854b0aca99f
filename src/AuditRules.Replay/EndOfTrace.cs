using AuditRules.Detection.Matching;
using AuditRules.Events;

namespace AuditRules.Replay;

/// <summary>When a trace may not hold what its processes did (docs/spec/rules.md, R52).</summary>
static class EndOfTrace
{
    /// <summary>Why a part of a recording does not say all.</summary>
    public const string OtherPart = "the recording goes on in another part";

    /// <summary>The gaps that PROCESS records tell of.</summary>
    /// <param name="processes">The records in the order of the file.</param>
    /// <param name="lastTime">The time of the last event.</param>
    public static IEnumerable<RecordingGap> GapsOf(
        IReadOnlyCollection<ProcessRecord> processes,
        long lastTime
    )
    {
        var exited = processes.Where(p => p.Change == ProcessChange.Exit).Select(p => p.Process).ToHashSet();
        var runs = processes.FirstOrDefault(p => p.Process >= 0 && !exited.Contains(p.Process));
        if (runs is not null)
            yield return new(
                lastTime,
                FormattableString.Invariant($"the end of process {runs.Pid} was not seen")
            );
        foreach (var process in processes)
        {
            if (process.Change == ProcessChange.NotRecorded)
                yield return new(process.Time, "a program was perhaps not recorded");
            if (process.Suspicion.Length > 0)
                yield return new(process.SuspectFrom, $"the recorder is in doubt ({process.Suspicion})");
        }
    }

    /// <summary>The gaps before and behind a part of a recording (trace.md, T62).</summary>
    /// <param name="meta">What the trace says of its recording; null when that is damaged.</param>
    /// <param name="totals">What its END says; null for none.</param>
    /// <param name="firstTime">The time of the first event.</param>
    /// <param name="lastTime">The time of the last event.</param>
    public static IEnumerable<RecordingGap> GapsOf(
        TraceMeta? meta,
        TraceTotals? totals,
        long firstTime,
        long lastTime
    )
    {
        if (meta is { Part: > 1 })
            yield return new(long.MinValue, OtherPart) { To = firstTime - 1 };
        if (totals is { Continues: true })
            yield return new(lastTime, OtherPart);
    }
}
