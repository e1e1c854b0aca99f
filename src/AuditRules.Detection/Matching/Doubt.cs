using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A stretch of time in which events must not have gone unseen, for a finding that rests on their absence.</summary>
/// <param name="Patterns">Which events.</param>
/// <param name="From">From when on, in nanoseconds since the Unix epoch.</param>
/// <param name="To">To when, inclusive.</param>
/// <param name="Known">Why it is in doubt whatever the recording says; empty when that is open.</param>
sealed record Doubt(EventPattern[] Patterns, long From, long To, string Known = "")
{
    /// <summary>Why such an event may have gone unseen; null when none can have.</summary>
    public string? Reason(
        IReadOnlyCollection<LossRecord> losses,
        IReadOnlyCollection<RecordingGap> gaps,
        Func<EventPattern, string?>? whyBlind
    )
    {
        if (Known.Length > 0)
            return Known;
        if (whyBlind is not null && Array.Find(Patterns, p => whyBlind(p) is not null) is { } absent)
            return $"the recording could not contain {absent.EventName}: {whyBlind(absent)}";
        if (losses.FirstOrDefault(Touches) is { } lost)
            return $"events were lost ({lost.Reason})";
        return gaps.FirstOrDefault(g => g.From <= To && g.To >= From)?.Reason;
    }

    bool Touches(LossRecord loss)
    {
        var names =
            loss.Events.IsDefaultOrEmpty
            || loss.Named < loss.Count
            || loss.Events.Any(e => Array.Exists(Patterns, p => p.EventName == e.Key));
        // A time of 0 is not known.
        return names && loss.From <= To && (loss.To == 0 || loss.To >= From);
    }
}
