namespace AuditRules.Traces;

/// <summary>
/// How a trace is read. The limits are those of the format; lower ones spare memory where traces come from strangers. What
/// is claimed for a frame is at most 64 bytes for each of its raw bytes and 16 MiB, however it was made.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is negative or above the format's.</exception>
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
    public int MaxRawLength
    {
        get;
        init => field = Within(value, TraceFormat.MaxRawLength);
    } = TraceFormat.MaxRawLength;

    /// <summary>The most events of a frame; a frame of more is reported as damage, as with all limits that follow.</summary>
    public int MaxFrameEvents
    {
        get;
        init => field = Within(value, TraceFormat.MaxFrameEvents);
    } = TraceFormat.MaxFrameEvents;

    /// <summary>The most records of a PROCESS or LOSS frame.</summary>
    public int MaxFrameRecords
    {
        get;
        init => field = Within(value, TraceFormat.MaxFrameRecords);
    } = TraceFormat.MaxFrameRecords;

    /// <summary>The most shapes of a frame (T27).</summary>
    public int MaxShapes
    {
        get;
        init => field = Within(value, TraceFormat.MaxShapes);
    } = TraceFormat.MaxShapes;

    /// <summary>The most entries of a frame's dictionary (T26).</summary>
    public int MaxDictionaryEntries
    {
        get;
        init => field = Within(value, TraceFormat.MaxDictionaryEntries);
    } = TraceFormat.MaxDictionaryEntries;

    /// <summary>How many lists, maps, truncated values and objects may stand inside one another (T40).</summary>
    public int MaxDepth
    {
        get;
        init => field = Within(value, TraceFormat.MaxDepth);
    } = TraceFormat.MaxDepth;

    /// <summary>True to hold the trace's CHECKPOINTs against its bytes on the way (<see cref="TraceReader.Tampering"/>). It
    /// costs a SHA-256 over the file.</summary>
    public bool ChecksSeal { get; init; }

    /// <summary>Sees every whole frame of the trace before it is interpreted; null for nobody.</summary>
    internal FrameSeen? Seen { get; init; }

    /// <summary>True when the stream stays open after the reader is disposed.</summary>
    public bool LeaveOpen { get; init; }

    static int Within(int value, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most);
        return value;
    }
}

/// <summary>Takes note of a frame whose checksums hold; what it is given is valid during the call.</summary>
delegate void FrameSeen(in FrameHeader header, ReadOnlySpan<byte> payload, long offset);
