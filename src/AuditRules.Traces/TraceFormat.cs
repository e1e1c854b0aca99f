namespace AuditRules.Traces;

/// <summary>The numbers of the trace format (docs/spec/trace.md).</summary>
public static class TraceFormat
{
    /// <summary>The major version: a reader refuses a trace of a newer one (T3).</summary>
    public const byte MajorVersion = 1;

    /// <summary>The minor version: it adds only what an older reader may ignore.</summary>
    public const byte MinorVersion = 0;

    /// <summary>The most events that one DATA frame holds (T13).</summary>
    public const int MaxFrameEvents = 65_536;

    /// <summary>The most records that one PROCESS or LOSS frame holds (T34).</summary>
    public const int MaxFrameRecords = 65_536;

    /// <summary>The most shapes of a DATA frame (T27).</summary>
    public const int MaxShapes = 65_536;

    /// <summary>The most entries of a DATA frame's dictionary (T26).</summary>
    public const int MaxDictionaryEntries = 1_048_576;

    /// <summary>How many lists, maps, truncated values and objects may stand inside one another (T40).</summary>
    public const int MaxDepth = 64;

    /// <summary>The most bytes of a frame's payload once its columns are inflated (T12).</summary>
    public const int MaxRawLength = 8 * 1024 * 1024;
}
