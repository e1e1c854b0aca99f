using AuditRules.Events;

namespace AuditRules.Cli.Commands.Import;

/// <summary>
/// Finds out which lines of an export are not there: by the ordinals of its events, and by what its end counts
/// (docs/spec/event-json.md, J25).
/// </summary>
sealed class MissingLines
{
    const string Reason = "missing-lines";

    Int128 _next = -1;
    Int128 _missing;
    Int128 _told;
    long _read;
    long _from;
    long _to;
    long _lastTime;

    /// <summary>The line before which the first are missing; 0 for none.</summary>
    public long Line { get; private set; }

    /// <summary>How many events are missing; at least, where <see cref="IsOther"/>.</summary>
    public long Count => (long)Int128.Min(_missing, long.MaxValue / 2);

    /// <summary>True when there are more events than the end counts.</summary>
    public bool IsOther { get; private set; }

    /// <summary>The loss of these lines; null when all are there.</summary>
    public LossRecord? Loss =>
        _missing > 0 || IsOther ? new LossRecord(-1, Reason, Count, _from, _to, []) : null;

    /// <summary>The lines are an export: its first event has the ordinal 0.</summary>
    public void Begin() => _next = 0;

    /// <summary>Events that the export itself says to be missing from here on.</summary>
    public void Tell(LossRecord loss)
    {
        if (loss.Reason == "damage")
            _told += Math.Max(0, loss.Count);
    }

    /// <summary>The next event.</summary>
    public void Pass(AuditEvent audited, bool hasOrdinal, long line)
    {
        _read++;
        if (hasOrdinal)
        {
            var gap = _next < 0 ? 0 : audited.Ordinal - _next;
            if (gap > _told)
                Miss(gap - _told, audited.Time, line);
            _next = Int128.Max(_next, (Int128)audited.Ordinal + 1);
        }

        _told = 0;
        _lastTime = audited.Time;
    }

    /// <summary>The end; one that counts no events says nothing.</summary>
    public void End(TraceTotals totals, long line)
    {
        if (totals.Events <= 0)
            return;
        var rest = totals.Events - (Int128)_read - _missing;
        if (rest > 0)
            Miss(rest, 0, line);
        IsOther = _read > totals.Events;
        if (IsOther && Line == 0)
            Line = line;
    }

    void Miss(Int128 count, long to, long line)
    {
        if (_missing == 0)
        {
            _from = _lastTime;
            Line = line;
        }

        _missing += count;
        _to = to;
    }
}
