using System.Globalization;

namespace AuditRules.Recording.Spawning;

/// <summary>What /proc says of a process.</summary>
/// <param name="State">One letter, as <c>Z</c> for one that has ended and was not waited for.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Foreground">The foreground group of its controlling terminal; -1 when it has none.</param>
/// <param name="StartTicks">Its start in clock ticks since boot.</param>
internal sealed record ProcessStat(char State, int Group, int Foreground, ulong StartTicks)
{
    /// <summary>True while its program runs.</summary>
    internal bool IsRunning => State is not ('Z' or 'X');

    /// <summary>Reads it; null when there is no such process, or no /proc.</summary>
    internal static ProcessStat? Read(int pid) => Parse($"/proc/{pid}/stat");

    /// <summary>This process.</summary>
    internal static ProcessStat? ReadOwn() => Parse("/proc/self/stat");

    static ProcessStat? Parse(string path)
    {
        try
        {
            // "pid (name) state ppid pgrp session tty tpgid ...": the name may hold spaces and parentheses.
            var text = File.ReadAllText(path);
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessStat(
                fields[0][0],
                int.Parse(fields[2], CultureInfo.InvariantCulture),
                int.Parse(fields[5], CultureInfo.InvariantCulture),
                ulong.Parse(fields[19], CultureInfo.InvariantCulture)
            );
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or FormatException
                        or IndexOutOfRangeException
            )
        {
            return null;
        }
    }
}
