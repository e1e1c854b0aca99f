namespace AuditRules.Recording.Segments;

/// <summary>Where things stand in a segment (docs/spec/segment.md, sections 3 and 4).</summary>
/// <remarks>
/// <code>
/// 0        magic | version | first block | size | pid ... began      claims of the writer, made once
/// 128      state | exit status | mono of the state                   stored when it changes
/// 192      filtered | first lost, last lost | lost by reason (16)    counters
/// 512      length of the start map, then the map
/// 4096     block, block, ...                                         each: length u32 | commit u32 | payload | padding
/// </code>
/// </remarks>
internal static class SegmentLayout
{
    internal static ReadOnlySpan<byte> Magic => [0x41, 0x52, 0x53, 0x45, 0x47, 0x0D, 0x0A, 0x1A];

    internal const int HeaderSize = 4096;
    internal const int MajorVersion = 1;
    internal const int BlockHeaderSize = 8;
    internal const int MinimumBlock = 16;
    internal const int StartMapCapacity = HeaderSize - 516;
    internal const uint CommitMark = 0xA5D10000;

    internal const int StateFull = 1;
    internal const int StateClosed = 2;

    /// <summary>The interpreter's end was to be seen, and was not (rule S70).</summary>
    internal const int EndExpected = 1;

    /// <summary>Added to a known exit status, which may be 0.</summary>
    internal const int Exited = 256;

    /// <summary>The reasons of loss by index (rule S16); the rest are reserved.</summary>
    internal static readonly string[] LossReasons =
    [
        "disk-full",
        "file-limit",
        "descriptors",
        "access",
        "memory",
        "oversize",
        "busy",
        "internal",
    ];

    internal const int LossSlots = 16;
}
