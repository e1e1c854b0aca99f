using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>The recorded command and how it ended.</summary>
internal sealed record RootEnd(RootCommand Command, ulong StartTicks, ProcessEnd End);

/// <summary>What the session knows of the ends of recorded processes.</summary>
internal sealed class ProcessEnds(Orphans? orphans)
{
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    RunningProcesses? _running;
    int _others;
    long _mono;

    /// <summary>How the recorded command ended; null while it runs.</summary>
    internal RootEnd? Root { get; set; }

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

    /// <summary>Looks at what runs. To be called before the segments are listed: what was written then is all there.</summary>
    internal void Look(string folder)
    {
        _running = RunningProcesses.Of(folder);
        _others = orphans?.RunningPythons(SegmentFile.PidsIn(folder)) ?? 0;
        _mono = LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic);
    }

    /// <summary>Processes that still ran and have no segment yet, as the packer asks for them.</summary>
    internal IEnumerable<long> OthersRun() => Enumerable.Repeat(_mono, _others);

    /// <summary>What the packer asks.</summary>
    internal ProcessEnd EndOf(int pid, ulong startTicks)
    {
        if (Root is { } root && pid == root.Command.Pid && (startTicks == 0 || startTicks == root.StartTicks))
            return root.End;
        if (_running?.EndOf(pid, startTicks) is { } running)
            return running;
        if (orphans?.EndOf(pid, startTicks) is { } exitCode)
            return new ProcessEnd(true, exitCode, 0);
        // Its parent collected its end, or it is another process's pid by now.
        return new ProcessEnd(true, null, 0);
    }

    bool AnyRuns(string folder)
    {
        foreach (var pid in SegmentFile.PidsIn(folder))
        {
            if (pid != Root?.Command.Pid && ProcessStat.Read(pid) is { IsRunning: true })
                return true;
        }

        return false;
    }
}
