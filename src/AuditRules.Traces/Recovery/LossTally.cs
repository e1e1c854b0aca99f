using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// Makes LOSS records of damage (T59). Between two frames of events the ordinals say how many events are missing, whatever
/// is wrong there; sequence numbers say whether any frame is.
/// </summary>
sealed class LossTally(Action<LossRecord> add, Action<RecoveredDamage> told)
{
    const string Reason = "damage";

    DamageItem? _first;
    int _damages;
    bool _isLost;
    long _ofFrames;
    long _nextOrdinal;
    long _lastTime;
    Int128 _told;
    Int128 _counted;

    /// <summary>How many records were added.</summary>
    public long Added { get; private set; }

    /// <summary>How many records the trace itself had.</summary>
    public long Told { get; private set; }

    /// <summary>Takes note of damage; what was lost with it is known at the next frame of events.</summary>
    public void Note(DamageItem damage)
    {
        // What could be read by other means is told before what could not.
        if (_first is null || (damage.IsUnread && !_first.IsUnread))
            _first = damage;
        _damages++;
        // A stretch that is no frame takes nothing with it unless a frame is missing: that is a gap.
        if (damage.Code is DamageCode.Gap)
            _isLost = true;
        else if (
            damage.Code
            is DamageCode.Payload
                or DamageCode.Truncated
                or DamageCode.Malformed
                or DamageCode.Limit
        )
            _isLost |= !damage.IsIgnorable;
        if (damage.Code is not (DamageCode.Gap or DamageCode.Totals))
            _ofFrames += damage.Events ?? 0;
    }

    /// <summary>Takes note of a loss that the trace itself tells of.</summary>
    public void Tell(LossRecord loss)
    {
        // What was left out on purpose is no loss of the recorder's.
        if (loss.Reason != TraceCut.LossReason)
            _told += Math.Max(0, loss.Count);
        Told++;
    }

    /// <summary>Adds a record of the trace; one that does not fit a frame of ours is lost.</summary>
    public void Add(long offset, Action add)
    {
        try
        {
            add();
        }
        catch (ArgumentException)
        {
            Note(new DamageItem(offset, DamageCode.Malformed, "a record is larger than a frame"));
        }
    }

    /// <summary>Says what was lost before a frame of events, or before the end.</summary>
    /// <param name="offset">Where that frame stands.</param>
    /// <param name="ordinal">The ordinal that the frame begins with.</param>
    /// <param name="time">The time of its first event; 0 for the end.</param>
    public void Settle(long offset, long ordinal, long time)
    {
        var missing = ordinal > _nextOrdinal ? ordinal - _nextOrdinal : 0;
        if (missing > 0 || _isLost)
            Lose(offset, missing, time);
        else if (_first is not null)
            told(Place(_first, null));
        Forget();
    }

    /// <summary>Goes past a frame of events.</summary>
    public void Pass(FrameSummary frame)
    {
        _nextOrdinal = frame.FirstOrdinal + frame.Count;
        _lastTime = frame.LastTime;
    }

    /// <summary>Says what was lost of the last frames, but not that there is no END.</summary>
    public void FinishFrames(long offset, bool isClosed)
    {
        if (isClosed)
        {
            Settle(offset, _nextOrdinal, 0);
            return;
        }

        if (_isLost && _ofFrames > 0)
            Lose(offset, _ofFrames, 0);
        else if (_first is not null)
            told(Place(_first, null));
        Forget();
    }

    /// <summary>Says what was lost at the end of the file.</summary>
    public void Finish(long offset, bool isClosed)
    {
        FinishFrames(offset, isClosed);
        if (isClosed)
            return;
        Note(
            new DamageItem(
                offset,
                DamageCode.Truncated,
                "the trace has no end: what may have followed is not in it"
            )
        );
        Lose(offset, 0, 0);
        Forget();
    }

    /// <summary>What END says: what the trace's own END did, or its LOSS records, and what was lost with the damage.</summary>
    public long Total(TraceTotals? end) =>
        (long)Int128.Min((end is null ? _told : Math.Max(0, end.Lost)) + _counted, long.MaxValue / 2);

    void Lose(long offset, long count, long to)
    {
        var loss = new LossRecord(-1, Reason, count, _lastTime, to, []);
        add(loss);
        _counted += count;
        Added++;
        told(
            _first is null ? new RecoveredDamage(offset, "events are missing", 0, loss) : Place(_first, loss)
        );
    }

    RecoveredDamage Place(DamageItem damage, LossRecord? loss) =>
        new(damage.Offset, damage.Message, _damages, loss)
        {
            IsUnread = damage.IsUnread,
            IsOtherTrace = damage.IsUnread && damage.Code != DamageCode.Repeated,
        };

    void Forget()
    {
        _first = null;
        _damages = 0;
        _isLost = false;
        _ofFrames = 0;
    }
}
