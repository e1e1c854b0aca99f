using AuditRules.Recording.Segments;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording.Packing;

/// <summary>
/// Which of the processes that write into a folder were running at one moment. It is taken before the folder is listed
/// (rule S40): a process that ends meanwhile may have written behind what was read.
/// </summary>
public sealed class RunningProcesses
{
    readonly Dictionary<int, ulong> _startTicks = [];
    readonly long _mono;

    RunningProcesses(long mono) => _mono = mono;

    /// <summary>Looks at the processes of this machine; on another system than Linux none is known to run.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static RunningProcesses Of(string folder)
    {
        var running = new RunningProcesses(
            OperatingSystem.IsLinux() ? LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic) : 0
        );
        foreach (var pid in SegmentFile.PidsIn(folder))
        {
            if (ProcessStat.Read(pid) is { IsRunning: true } stat)
                running._startTicks[pid] = stat.StartTicks;
        }

        return running;
    }

    /// <summary>True when the process of that pid and start runs now.</summary>
    internal static bool Runs(int pid, ulong startTicks) =>
        ProcessStat.Read(pid) is { IsRunning: true } stat
        && (startTicks == 0 || startTicks == stat.StartTicks);

    /// <summary>True when nothing is left of that process: it has ended, and its parent knows how.</summary>
    internal static bool IsGone(int pid, ulong startTicks) =>
        ProcessStat.Read(pid) is not { } stat || (startTicks != 0 && startTicks != stat.StartTicks);

    /// <summary>Says of a process that it runs; null when it did not, so that its end is not known.</summary>
    /// <param name="pid">Its pid.</param>
    /// <param name="startTicks">Its start in clock ticks since boot; 0 when not known: then the pid alone counts.</param>
    public ProcessEnd? EndOf(int pid, ulong startTicks) =>
        _startTicks.TryGetValue(pid, out var ticks) && (startTicks == 0 || startTicks == ticks)
            ? new ProcessEnd(false, null, _mono)
            : null;
}
