namespace AuditRules.Recording.Packing;

/// <summary>Where the part that is written ends (docs/spec/segment.md, S54). A part without events does not end.</summary>
internal sealed class PartBorder(PartLimits limits)
{
    bool _isByTime;
    readonly long _length = limits.Time is { } time ? time.Ticks * TimeSpan.NanosecondsPerTick : 0;

    /// <summary>When it ends by its time, as wall time; the largest number where time does not end it.</summary>
    internal long Ends { get; private set; } = long.MaxValue;

    /// <summary>How many events it has.</summary>
    internal long Events { get; set; }

    /// <summary>The most bytes that it may have.</summary>
    internal long Size => limits.Size ?? long.MaxValue;

    /// <summary>A part begins.</summary>
    /// <param name="time">When, unless the one before ended by its time: then it begins there.</param>
    internal void Begin(long time)
    {
        Events = 0;
        if (_length > 0)
            Ends = (_isByTime ? Ends : time) + _length;
        _isByTime = false;
    }

    /// <summary>Goes on with a part that was begun.</summary>
    internal void Resume(long ends, long events) => (Ends, Events) = (ends == 0 ? Ends : ends, events);

    /// <summary>Everything that is earlier than that was written: true when the part ends there.</summary>
    internal bool IsPast(long time)
    {
        if (time < Ends)
            return false;
        if (Events > 0)
            return _isByTime = true;
        Ends += ((time - Ends) / _length + 1) * _length;
        return false;
    }
}
