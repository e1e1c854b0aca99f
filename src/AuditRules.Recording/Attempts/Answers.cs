namespace AuditRules.Recording.Attempts;

/// <summary>
/// Finds which beginning answers which attempt (rule S43). One answers one: the latest attempt before it, since one
/// before that has had more time to be answered, and one of which nothing says that it is not recorded.
/// </summary>
/// <param name="attempts">In the order of their events.</param>
/// <param name="beginnings">In the order of their times.</param>
internal sealed class Answers(List<Attempt> attempts, List<Beginning> beginnings)
{
    // By an image that a process became, what it was before.
    readonly Dictionary<int, int> _before = BeforeOf(beginnings);

    internal void Match()
    {
        TakeEqual();
        // Whatever a shell or another program was told to start.
        Take((attempt, beginning) => attempt.IsIndirect && IsNamed(attempt, beginning));
        // Arguments that were cut, a script that starts a Python, a process whose parent is not known.
        Take((_, _) => true);
    }

    void TakeEqual()
    {
        var byKey = attempts
            .GroupBy(attempt => attempt.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        foreach (var beginning in beginnings)
            if (byKey.TryGetValue(beginning.Key, out var same))
                TakeLatest(same, beginning, attempt => beginning.Time >= attempt.Spawn.Time);
    }

    void Take(Func<Attempt, Beginning, bool> fits)
    {
        var left = attempts.FindAll(attempt => !attempt.IsMatched);
        foreach (var beginning in beginnings.Where(beginning => !beginning.IsTaken))
        {
            if (left.Count == 0)
                return;
            TakeLatest(left, beginning, attempt => CanAnswer(attempt, beginning) && fits(attempt, beginning));
        }
    }

    // What is answered leaves the list.
    static void TakeLatest(List<Attempt> left, Beginning beginning, Predicate<Attempt> fits)
    {
        var at = left.FindLastIndex(attempt => attempt.Facts.Count == 0 && fits(attempt));
        if (at < 0)
            at = left.FindLastIndex(fits);
        if (at < 0)
            return;
        left[at].IsMatched = true;
        beginning.IsTaken = true;
        left.RemoveAt(at);
    }

    static bool IsNamed(Attempt attempt, Beginning beginning) =>
        beginning.Command.Count > 1
        && beginning.Command.Skip(1).All(word => attempt.Text.Contains(word, StringComparison.Ordinal));

    bool CanAnswer(Attempt attempt, Beginning beginning) =>
        beginning.Time >= attempt.Spawn.Time
        && (
            beginning.Parent < 0
            || IsOrWas(beginning.Parent, attempt.Spawn.Process)
            || (!attempt.Spawn.IsExec && IsOrWas(beginning.Forker, attempt.Spawn.Process))
        );

    // A process may become another program before what it started has begun.
    bool IsOrWas(int process, int sought)
    {
        while (process > sought && _before.TryGetValue(process, out var before))
            process = before;
        return process == sought && process >= 0;
    }

    // Only backwards: whatever images claim, there is an end.
    static Dictionary<int, int> BeforeOf(List<Beginning> beginnings)
    {
        var before = new Dictionary<int, int>();
        foreach (var beginning in beginnings)
            if (beginning.IsExec && beginning.Parent < beginning.Process)
                before[beginning.Process] = beginning.Parent;
        return before;
    }
}
