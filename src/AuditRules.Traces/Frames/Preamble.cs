using System.Buffers.Binary;

namespace AuditRules.Traces;

/// <summary>
/// The first 36 bytes of a trace (T1).
/// <code>
///  0  D8 41             fixext 16, type 0x41
///  2  "AuditRules"      10 bytes
/// 12  0D 0A 1A 0A       a transfer as text changes these
/// 16  major, minor
/// 18  C4 10             bin 8, 16 bytes
/// 20  trace id
/// </code>
/// </summary>
static class Preamble
{
    public const int Length = 36;

    static ReadOnlySpan<byte> Start => "\u0041AuditRules"u8;

    static ReadOnlySpan<byte> LineEnds => [0x0d, 0x0a, 0x1a, 0x0a];

    public static void Write(Span<byte> target, UInt128 traceId)
    {
        target[0] = 0xd8;
        Start.CopyTo(target[1..]);
        LineEnds.CopyTo(target[12..]);
        target[16] = TraceFormat.MajorVersion;
        target[17] = TraceFormat.MinorVersion;
        target[18] = 0xc4;
        target[19] = 0x10;
        BinaryPrimitives.WriteUInt128BigEndian(target[20..], traceId);
    }

    /// <summary>The id of the trace whose preamble these bytes are; null when they are none.</summary>
    public static UInt128? IdOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length
        && bytes[0] == 0xd8
        && bytes[1..12].SequenceEqual(Start)
        && bytes[12..16].SequenceEqual(LineEnds)
        && bytes[18] == 0xc4
        && bytes[19] == 0x10
            ? BinaryPrimitives.ReadUInt128BigEndian(bytes[20..])
            : null;

    /// <summary>Checks all but the trace id, which is checked against the first frame's.</summary>
    public static (byte Major, byte Minor, UInt128 TraceId) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new TraceFormatException(TraceFormatError.Empty, 0, "the file is empty");
        if (bytes.Length < 12 || bytes[0] != 0xd8 || !bytes[1..12].SequenceEqual(Start))
            throw new TraceFormatException(TraceFormatError.NotATrace, 0, "this is not an AuditRules trace");
        if (bytes.Length < Length)
            throw new TraceFormatException(
                TraceFormatError.TruncatedPreamble,
                bytes.Length,
                "the trace ends within its first 36 bytes"
            );
        if (!bytes[12..16].SequenceEqual(LineEnds))
            throw new TraceFormatException(
                TraceFormatError.ChangedLineEnds,
                12,
                "the trace's line ends were changed: it was transferred as text"
            );
        if (bytes[16] != TraceFormat.MajorVersion)
            throw new TraceFormatException(
                TraceFormatError.NewerMajor,
                16,
                $"the trace has format {bytes[16]}.{bytes[17]}, this program reads {TraceFormat.MajorVersion}"
            );
        if (bytes[18] != 0xc4 || bytes[19] != 0x10)
            throw new TraceFormatException(TraceFormatError.NotATrace, 18, "the trace id is missing");
        return (bytes[16], bytes[17], BinaryPrimitives.ReadUInt128BigEndian(bytes[20..]));
    }
}
