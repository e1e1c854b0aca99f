using AuditRules.Detection.Matching;
using AuditRules.Events;

namespace AuditRules.Replay;

/// <summary>From when on a trace may not hold what its processes did (docs/spec/rules.md, R52).</summary>
static class EndOfTrace
{
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
}
