using System.Globalization;

namespace AuditRules.Recording.Spawning;

/// <summary>
/// What the caller of this process gave to it and the .NET runtime changed, so that a child can have it as if
/// there were no recorder between them.
/// </summary>
/// <remarks>
/// The runtime ignores SIGPIPE, and raises the soft limit of open files to the hard one before any managed code
/// runs. Neither original is kept anywhere in this process. SIGPIPE is taken to have been at its default. The limit is
/// read from the parent process when that one has the same hard limit: a shell's <c>ulimit -n</c> is its own limit
/// too. Where the parent cannot be read or differs (a container's first process, <c>prlimit</c>, a limit set in a
/// subshell that became the recorder), the child gets the raised limit.
/// </remarks>
/// <param name="BlockedSignals">The signal mask of the main thread; bit n - 1 stands for signal n.</param>
/// <param name="IgnoredSignals">The signals that the caller ignored, as under <c>nohup</c>.</param>
/// <param name="OpenFiles">The soft limit of open files, or null to leave it.</param>
internal sealed record CallerState(ulong BlockedSignals, ulong IgnoredSignals, ulong? OpenFiles)
{
    /// <summary>Reads the state of this process. Take it before a handler of a signal is set.</summary>
    internal static CallerState Read()
    {
        var blocked = 0UL;
        var ignored = 0UL;
        // /proc/self/status is that of the main thread, whose mask the runtime leaves alone.
        foreach (var line in ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("SigBlk:", StringComparison.Ordinal))
                blocked = ReadMask(line);
            else if (line.StartsWith("SigIgn:", StringComparison.Ordinal))
                ignored = ReadMask(line);
        }

        return new CallerState(blocked, ignored & ~Bit(LinuxCalls.SignalPipe), ReadOpenFiles());
    }

    internal static ulong Bit(int signal) => 1UL << (signal - 1);

    static ulong? ReadOpenFiles()
    {
        if (LinuxCalls.GetLimit(LinuxCalls.LimitOpenFiles, out var own) != 0)
            return null;
        foreach (var line in ReadLines($"/proc/{LinuxCalls.GetParentPid()}/limits"))
        {
            if (!line.StartsWith("Max open files", StringComparison.Ordinal))
                continue;
            var words = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length >= 2 && ReadLimit(words[1]) == own.Hard && ReadLimit(words[0]) < own.Soft
                ? ReadLimit(words[0])
                : null;
        }

        return null;
    }

    static ulong ReadLimit(string word) =>
        ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : ulong.MaxValue;

    static ulong ReadMask(string line) =>
        ulong.TryParse(
            line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim(),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var mask
        )
            ? mask
            : 0;

    static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
