using AuditRules.Events;

namespace AuditRules.Detection.Findings;

/// <summary>A finding as an event that other rules see (R60): at the time of the event that completed it.</summary>
sealed class FindingEvent : AuditEvent
{
    public FindingEvent(Finding finding, Matching.Doubt[]? doubts, AuditEvent completing, long time)
        : base(NameOf(finding.Rule.Id), Value.Str(finding.Rule.Id), Value.Str(finding.Message))
    {
        Finding = finding;
        Doubts = doubts;
        Time = time;
        Ordinal = completing.Ordinal;
        Process = completing.Process;
        Pid = completing.Pid;
        Thread = completing.Thread;
        Caller = completing.Caller;
    }

    public Finding Finding { get; }

    /// <summary>What the finding rests on; null for nothing.</summary>
    public Matching.Doubt[]? Doubts { get; }

    /// <summary>Where it stands among the events of its time: that of an absence behind all of them.</summary>
    public long Order { get; init; }

    /// <summary>The name under which findings of that rule are events.</summary>
    public static string NameOf(string ruleId) => $"findings of {ruleId}";
}
