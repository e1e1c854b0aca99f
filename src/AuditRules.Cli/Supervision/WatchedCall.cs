namespace AuditRules.Cli.Supervision;

/// <summary>Code of a rule or a rule file that a worker was in the middle of, as one look at its memory found it.</summary>
/// <param name="IsFile">True for the values of a rule file.</param>
/// <param name="Subject">The rule's id, or the full path of the file.</param>
/// <param name="Ordinal">The ordinal of the event.</param>
/// <param name="EventName">The event's name; empty for a file.</param>
/// <param name="Place">The trace or the example that was replayed, as it is shown; empty for a file.</param>
sealed record WatchedCall(bool IsFile, string Subject, long Ordinal, string EventName, string Place)
{
    /// <summary>What is told of it, and left out from here on.</summary>
    /// <param name="reason">What it did.</param>
    public RuleStop Stop(string reason) => new(IsFile, Subject, reason, Ordinal, EventName, Place);
}
