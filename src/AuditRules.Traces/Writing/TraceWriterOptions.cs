namespace AuditRules.Traces;

/// <summary>How a trace is written. The defaults suit recording.</summary>
public sealed record TraceWriterOptions
{
    /// <summary>The most events of a frame: 1 to <see cref="TraceFormat.MaxFrameEvents"/>.</summary>
    public int FrameEvents { get; init; } = TraceFormat.MaxFrameEvents;

    /// <summary>The most bytes of a frame before compression: 4,096 to <see cref="TraceFormat.MaxRawLength"/>.</summary>
    public int RawLength { get; init; } = TraceFormat.MaxRawLength;

    /// <summary>How columns are compressed.</summary>
    public ColumnCodec Codec { get; init; } = ColumnCodec.Lz4;

    /// <summary>The trace's id; null for a random one. A fixed id is for tests: frames of two traces of one id
    /// cannot be told apart.</summary>
    public UInt128? TraceId { get; init; }

    /// <summary>
    /// True to write CHECKPOINTs: one at least every 64 DATA frames and one behind END (T52). Without them nobody can
    /// tell later whether the trace was sealed; off is for tests that count frames.
    /// </summary>
    public bool Checkpoints { get; init; } = true;

    /// <summary>True when the stream stays open after the writer is disposed.</summary>
    public bool LeaveOpen { get; init; }
}
