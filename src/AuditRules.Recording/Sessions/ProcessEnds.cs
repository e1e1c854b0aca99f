using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>The recorded command and how it ended.</summary>
internal sealed record RootEnd(RootCommand Command, ulong StartTicks, ProcessEnd End);

/// <summary>What the session knows of the ends of recorded processes.</summary>
internal sealed class ProcessEnds(RootEnd root, Orphans? orphans)
{
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    internal RootEnd Root => root;

    /// <summary>How many processes the packer asked for that still ran.</summary>
    internal int StillRunning { get; private set; }

    /// <summary>Gives orphans, and processes that wrote segments, some time to end.</summary>
    internal void WaitForOthers(string folder, TimeSpan grace)
    {
        var deadline = Environment.TickCount64 + (long)grace.TotalMilliseconds;
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            // An orphan that has raised no event yet has no segment.
            var orphansRun = orphans is not null && orphans.Collect();
            if ((!orphansRun && !AnyRuns(folder)) || Environment.TickCount64 >= deadline)
                return;
            Thread.Sleep(pause);
        }
    }

    /// <summary>What the packer asks.</summary>
    internal ProcessEnd EndOf(int pid, ulong startTicks)
    {
        if (pid == root.Command.Pid && (startTicks == 0 || startTicks == root.StartTicks))
            return root.End;
        if (orphans?.EndOf(pid, startTicks) is { } exitCode)
            return new ProcessEnd(true, exitCode, 0);
        // Its parent collected its end, or it is another process's pid by now, or it still runs.
        var stat = ProcessStat.Read(pid);
        var runs = stat is { IsRunning: true } && (startTicks == 0 || stat.StartTicks == startTicks);
        if (runs)
            StillRunning++;
        return new ProcessEnd(!runs, null, 0);
    }

    bool AnyRuns(string folder)
    {
        foreach (var pid in SegmentFile.PidsIn(folder))
        {
            if (pid != root.Command.Pid && ProcessStat.Read(pid) is { IsRunning: true })
                return true;
        }

        return false;
    }
}
