namespace AuditRules.Events;

/// <summary>
/// A frame of events in columns, ordered by (time, process). What matching reads of it: a scan over the shapes, and
/// dictionary ids, so that a condition on a value is answered once a distinct value and not once an event.
/// One thread at a time may read a frame, since columns are decoded when they are first asked for.
/// </summary>
public abstract class EventFrame : EventRows
{
    /// <summary>The shapes that occur in the frame.</summary>
    public abstract ReadOnlySpan<EventShape> Shapes { get; }

    /// <summary>For each row the index of its shape in <see cref="Shapes"/>.</summary>
    public abstract ReadOnlySpan<ushort> ShapeColumn { get; }

    /// <summary>The time of the first row; 0 when the frame is empty.</summary>
    public abstract long FirstTime { get; }

    /// <summary>The time of the last row; 0 when the frame is empty.</summary>
    public abstract long LastTime { get; }

    /// <summary>The number of distinct values in the frame's dictionary.</summary>
    public abstract int DictionaryCount { get; }

    /// <summary>
    /// The dictionary id of an argument, or -1 when the argument's kind is nil, false, true, int or float, or when
    /// there is no such argument. Equal ids mean equal values.
    /// </summary>
    public abstract int GetDictionaryId(int row, int index);

    /// <summary>The dictionary's value of that id, 0 to <see cref="DictionaryCount"/> - 1.</summary>
    public abstract Value GetDictionaryValue(int id);
}
