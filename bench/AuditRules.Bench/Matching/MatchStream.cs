using AuditRules.Events;

namespace AuditRules.Bench;

/// <summary>
/// The reference workload with events for rules in it: one in five opens a file of its own, one in fifty removes the last of
/// these, one in fifty renames one that was opened two hundred events before.
/// </summary>
static class MatchStream
{
    const int RowsPerFrame = 4096;

    /// <summary>The stream, in frames.</summary>
    /// <param name="count">How many events.</param>
    /// <param name="rules">The files lie in so many folders in turn, a folder for each rule.</param>
    /// <param name="root">The folder above them: <see cref="MatchRules.Root"/>, or another that no rule asks for.</param>
    public static MemoryFrame[] Of(int count, int rules, string root) =>
        [
            .. new ReferenceWorkload()
                .Take(count)
                .Select((e, i) => Replace(e, i, rules, root))
                .Chunk(RowsPerFrame)
                .Select(events => new MemoryFrame(events)),
        ];

    static AuditEvent Replace(AuditEvent e, int i, int rules, string root)
    {
        if (i % 5 == 0)
            return Like(e, "open", Path(i), Value.Str("r"), Value.Int(0));
        if (i % 50 == 1)
            return Like(e, "os.remove", Path(i - 1), Value.Int(-1));
        if (i % 50 == 2 && i > 200)
            return Like(e, "os.rename", Path(i - 202), Path(i - 202), Value.Int(-1), Value.Int(-1));
        return e;

        Value Path(int n) => Value.Str(FormattableString.Invariant($"{root}/{n / 5 % rules}/{n}"));
    }

    static AuditEvent Like(AuditEvent e, string name, params Value[] arguments) =>
        new(name, [.. arguments])
        {
            Time = e.Time,
            Ordinal = e.Ordinal,
            Process = e.Process,
            Pid = e.Pid,
            Thread = e.Thread,
            Caller = e.Caller,
        };
}
