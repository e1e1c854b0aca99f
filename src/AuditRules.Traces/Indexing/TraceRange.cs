using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>Which events of a trace are wanted, by ordinal and by time; both hold. The default is all.</summary>
public sealed record TraceRange
{
    /// <summary>The first ordinal.</summary>
    public long FromOrdinal { get; init; }

    /// <summary>The ordinal behind the last.</summary>
    public long ToOrdinal { get; init; } = long.MaxValue;

    /// <summary>The earliest time: nanoseconds since the Unix epoch.</summary>
    public long FromTime { get; init; } = long.MinValue;

    /// <summary>The earliest time that is too late; null without such a bound.</summary>
    public long? ToTime { get; init; }

    /// <summary>The rows of a frame that lie in the range: the first, and the one behind the last.</summary>
    public (int First, int End) RowsOf(EventFrame frame)
    {
        var first = Find(
            frame,
            row => frame.GetTime(row) >= FromTime && frame.GetOrdinal(row) >= FromOrdinal
        );
        var end = Find(frame, row => frame.GetTime(row) >= ToTime || frame.GetOrdinal(row) >= ToOrdinal);
        return (first, Math.Max(first, end));
    }

    /// <summary>True when all events of the frame come before the range.</summary>
    internal bool IsBehind(FrameSummary frame) =>
        frame.LastTime < FromTime || frame.FirstOrdinal + frame.Count <= FromOrdinal;

    /// <summary>True when the range ends before the frame, and so before all that follow it.</summary>
    internal bool EndsBefore(FrameSummary frame) =>
        frame.FirstTime >= ToTime || frame.FirstOrdinal >= ToOrdinal;

    /// <summary>True when no later frame has events of the range.</summary>
    internal bool EndsWithin(FrameSummary frame) =>
        frame.LastTime >= ToTime || frame.FirstOrdinal + frame.Count >= ToOrdinal;

    // Times and ordinals of a frame grow with its rows (T16, T18).
    static int Find(EventFrame frame, Func<int, bool> reached)
    {
        var low = 0;
        var high = frame.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (reached(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
