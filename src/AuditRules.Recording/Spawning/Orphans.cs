using System.Globalization;

namespace AuditRules.Recording.Spawning;

/// <summary>
/// Makes this process the parent of orphans below it and collects their ends: the recorded program's daemons would
/// otherwise stay zombies for as long as the recording lasts.
/// </summary>
internal sealed class Orphans : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    readonly Dictionary<(int Pid, ulong StartTicks), int> _ends = [];
    readonly Lock _lock = new();
    readonly HashSet<int> _before;
    readonly int _previous;
    readonly Timer _timer;
    int _rootPid;

    internal Orphans()
    {
        _before = [.. Children()];
        _ = LinuxCalls.ProcessQuery(LinuxCalls.GetChildSubreaper, out _previous, 0, 0, 0);
        _ = LinuxCalls.ProcessControl(LinuxCalls.SetChildSubreaper, 1, 0, 0, 0);
        _timer = new Timer(_ => Collect(), null, Interval, Interval);
    }

    /// <summary>The one child that is waited for elsewhere. Nothing is collected before it is known.</summary>
    internal void SetRoot(int pid)
    {
        lock (_lock)
            _rootPid = pid;
    }

    /// <summary>How an orphan ended; null when it was none or still runs.</summary>
    internal int? EndOf(int pid, ulong startTicks)
    {
        lock (_lock)
            return _ends.TryGetValue((pid, startTicks), out var end) ? end : null;
    }

    /// <summary>
    /// Collects the orphans that have ended; true when others go on. By pid and never any child: the program around
    /// may have children of its own.
    /// </summary>
    internal bool Collect()
    {
        var anyRuns = false;
        lock (_lock)
        {
            if (_rootPid == 0)
                return false;
            foreach (var pid in Children())
            {
                if (pid == _rootPid || _before.Contains(pid) || ProcessStat.Read(pid) is not { } stat)
                    continue;
                if (stat.IsRunning)
                    anyRuns = true;
                else if (ChildProcess.TryReap(pid) is { } end)
                    _ends[(pid, stat.StartTicks)] = end;
            }
        }

        return anyRuns;
    }

    /// <summary>
    /// How many orphans run, are none of these pids, and have a Python in them: a forked child has no segment before its
    /// first event. One that may not be looked at counts.
    /// </summary>
    internal int RunningPythons(IReadOnlySet<int> known)
    {
        lock (_lock)
        {
            return _rootPid == 0
                ? 0
                : Children()
                    .Count(pid =>
                        pid != _rootPid
                        && !_before.Contains(pid)
                        && !known.Contains(pid)
                        && ProcessStat.Read(pid) is { IsRunning: true }
                        && MayBePython(pid)
                    );
        }
    }

    // The interpreter, its library or its standard library: one of them is mapped.
    static bool MayBePython(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/maps")
                .Contains("python", StringComparison.OrdinalIgnoreCase);
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _ = LinuxCalls.ProcessControl(LinuxCalls.SetChildSubreaper, _previous, 0, 0, 0);
    }

    // Orphans become children of the main thread. A kernel without this file leaves them zombies until we end.
    static IEnumerable<int> Children()
    {
        var own = Environment.ProcessId;
        try
        {
            return
            [
                .. File.ReadAllText($"/proc/{own}/task/{own}/children")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(word => int.Parse(word, CultureInfo.InvariantCulture)),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return [];
        }
    }
}
