namespace AuditRules.Traces;

/// <summary>How a trace is read.</summary>
public sealed record TraceReaderOptions
{
    /// <summary>
    /// Which event names are wanted; null for all. A frame without a wanted name is still checked by both checksums,
    /// but comes without its events.
    /// </summary>
    public Func<string, bool>? Wanted { get; init; }

    /// <summary>
    /// True to look at every column of the frames that are wanted, so that what breaks the format under a checksum that
    /// holds is an item of damage; otherwise the frame throws where it is read. Such a file was made by hand.
    /// </summary>
    public bool Validate { get; init; }

    /// <summary>The most bytes of a frame, raw; larger frames are reported as damage.</summary>
    public int MaxRawLength { get; init; } = TraceFormat.MaxRawLength;

    /// <summary>True when the stream stays open after the reader is disposed.</summary>
    public bool LeaveOpen { get; init; }
}
