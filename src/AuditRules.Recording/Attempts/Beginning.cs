namespace AuditRules.Recording.Attempts;

/// <summary>A program that began in a process: what its hook says of itself.</summary>
/// <param name="Process">Its ordinal; -1 where it has none, and only a mark.</param>
/// <param name="Parent">The ordinal of the process that started it, or became it; -1 when it is not known.</param>
/// <param name="Forker">Where a forked child became it, the ordinal of the process that forked; else -1.</param>
/// <param name="IsExec">A recorded process became it.</param>
/// <param name="Time">When, in nanoseconds since the Unix epoch.</param>
/// <param name="Command">Its command line; empty when it is not known.</param>
internal sealed record Beginning(
    int Process,
    int Parent,
    int Forker,
    bool IsExec,
    long Time,
    IReadOnlyList<string> Command
)
{
    /// <summary>It answers an attempt.</summary>
    internal bool IsTaken { get; set; }

    internal string Key => KeyOf(Parent, Command);

    /// <summary>Of a process and the arguments: the program's own name may be a link.</summary>
    internal static string KeyOf(int process, IReadOnlyList<string> command) =>
        $"{process}\0{string.Join('\0', command.Skip(1))}";
}
