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

    /// <summary>The most bytes of a frame's payload once its columns are inflated (T12).</summary>
    public const int MaxRawLength = 8 * 1024 * 1024;
}
