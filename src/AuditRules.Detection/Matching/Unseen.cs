using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// What a recording may not hold: losses, gaps, and events that could not be in it (R52). Losses and gaps are sorted once
/// for each array of patterns, so that a doubt costs the logarithm of their number.
/// </summary>
sealed class Unseen(MissingEvents missing, Func<EventPattern, string?>? whyBlind)
{
    readonly Dictionary<EventPattern[], Clause> _clauses = new(ReferenceEqualityComparer.Instance);
    readonly Stretches _gaps = new(missing.Gaps.Select(g => (g.From, g.To, g.Reason)));

    /// <summary>Why one of them is in doubt whatever the recording says; null when none is, or there are none.</summary>
    public static string? Known(Doubt[]? doubts) => Array.Find(doubts ?? [], d => d.Known.Length > 0)?.Known;

    /// <summary>Why one of them is in doubt; null when none is, or there are none.</summary>
    public string? Reason(Doubt[]? doubts)
    {
        if (Known(doubts) is { } known)
            return known;
        foreach (var doubt in doubts ?? [])
        {
            if (Reason(doubt) is { } reason)
                return reason;
        }

        return null;
    }

    /// <summary>Why an event of the doubt may have gone unseen; null when none can have. Of several losses, or gaps, the
    /// one that began first.</summary>
    public string? Reason(Doubt doubt)
    {
        if (doubt.Known.Length > 0)
            return doubt.Known;
        if (!_clauses.TryGetValue(doubt.Patterns, out var clause))
            _clauses.Add(doubt.Patterns, clause = ClauseOf(doubt.Patterns));
        return clause.Blind ?? clause.Lost.First(doubt.From, doubt.To) ?? _gaps.First(doubt.From, doubt.To);
    }

    /// <summary>True when the loss may have taken an event of one of those names.</summary>
    public static bool MayHold(LossRecord loss, HashSet<string> names) =>
        loss.Events.IsDefaultOrEmpty
        || loss.Named < loss.Count
        || loss.Events.Any(e => names.Contains(e.Key));

    Clause ClauseOf(EventPattern[] patterns)
    {
        var absent = whyBlind is null ? null : Array.Find(patterns, p => whyBlind(p) is not null);
        var names = patterns.Select(p => p.EventName).ToHashSet();
        return new(
            absent is null
                ? null
                : $"the recording could not contain {absent.EventName}: {whyBlind!(absent)}",
            // A time of 0 is not known.
            new(
                missing
                    .Losses.Where(l => MayHold(l, names))
                    .Select(l => (l.From, l.To == 0 ? long.MaxValue : l.To, $"events were lost ({l.Reason})"))
            )
        );
    }

    sealed record Clause(string? Blind, Stretches Lost);
}
