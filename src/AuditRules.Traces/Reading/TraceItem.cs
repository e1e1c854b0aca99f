using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>What a <see cref="TraceReader"/> reads, in the order of the file.</summary>
/// <param name="Offset">Where it stands: the first byte of its frame, from the beginning of the file.</param>
public abstract record TraceItem(long Offset);

/// <summary>META: what the trace says of its recording.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Meta">What it says.</param>
public sealed record MetaItem(long Offset, TraceMeta Meta) : TraceItem(Offset);

/// <summary>DATA: a frame of events.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Summary">What is known without inflating a column.</param>
/// <param name="Frame">The events; null when no name in the frame was wanted
/// (<see cref="TraceReaderOptions.Wanted"/>).</param>
public sealed record EventsItem(long Offset, FrameSummary Summary, EventFrame? Frame) : TraceItem(Offset);

/// <summary>One PROCESS record. It stands before the events to which it belongs; an exit may too: its time counts.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Record">The record.</param>
public sealed record ProcessItem(long Offset, ProcessRecord Record) : TraceItem(Offset);

/// <summary>One LOSS record.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Record">The record.</param>
public sealed record LossItem(long Offset, LossRecord Record) : TraceItem(Offset);

/// <summary>END: the trace was closed.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Totals">Its totals.</param>
public sealed record EndItem(long Offset, TraceTotals Totals) : TraceItem(Offset)
{
    /// <summary>Where END says that INDEX stands; 0 for none (T38).</summary>
    internal long Index { get; init; }
}

/// <summary>CHECKPOINT: what the trace says of all that stands before it. A reader does not look whether it is true: a
/// <see cref="TraceVerifier"/> does.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Checkpoint">What it says.</param>
public sealed record CheckpointItem(long Offset, Checkpoint Checkpoint) : TraceItem(Offset);

/// <summary>Something that is not as it was written. Reading goes on behind it.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Code">What it is.</param>
/// <param name="Message">What it is, in words.</param>
/// <param name="Events">Events lost with it; null when that is not known.</param>
public sealed record DamageItem(long Offset, DamageCode Code, string Message, long? Events = null)
    : TraceItem(Offset)
{
    /// <summary>True when the frame is one that a reader may ignore: neither events nor records were lost with it.</summary>
    public bool IsIgnorable { get; init; }

    /// <summary>True when what stands there could be read, and is not: a frame behind one of a higher sequence number, or the
    /// beginning of another trace.</summary>
    public bool IsUnread { get; init; }
}

/// <summary>Kinds of damage.</summary>
public enum DamageCode
{
    /// <summary>Bytes that are no frame: a damaged header, or something that does not belong there.</summary>
    NoFrame,

    /// <summary>A payload whose checksum is wrong.</summary>
    Payload,

    /// <summary>The file ends within a frame: the writer was killed, or the file was cut.</summary>
    Truncated,

    /// <summary>Frames are missing: the sequence numbers have a gap.</summary>
    Gap,

    /// <summary>A frame that has its sequence number again, or an earlier one; it is not read.</summary>
    Repeated,

    /// <summary>A frame of another trace; it is not read.</summary>
    Foreign,

    /// <summary>A frame whose checksums hold and whose content breaks the format.</summary>
    Malformed,

    /// <summary>A frame that declares more than the limits allow; it is not read.</summary>
    Limit,

    /// <summary>The preamble says another trace id or version than the first frame.</summary>
    Preamble,

    /// <summary>Something behind END that may not stand there: bytes that are no frame, or a frame of a type below
    /// 0x80; it is not read.</summary>
    AfterEnd,

    /// <summary>An INDEX that does not agree with the frames; reading does without it, and no event is lost.</summary>
    Index,

    /// <summary>END counts other events than were read, and no other damage explains it.</summary>
    Totals,
}
