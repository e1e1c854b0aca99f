using System.Buffers.Binary;

namespace AuditRules.Recording.Segments;

/// <summary>A segment's header (rule S11). Every field is a claim of the recorded process (rule S39).</summary>
internal sealed record SegmentHeader
{
    internal required int Pid { get; init; }

    /// <summary>The size that the file was made with, in bytes.</summary>
    internal required long Size { get; init; }
    internal required int ParentPid { get; init; }

    /// <summary>Tells images apart; not 0.</summary>
    internal required ulong Nonce { get; init; }

    /// <summary>The image that forked this one; 0 when there is none or it is not known.</summary>
    internal required ulong ForkedFrom { get; init; }

    /// <summary>With the pid, the identity of the process; 0 when not known.</summary>
    internal required ulong StartTicks { get; init; }
    internal required uint Sequence { get; init; }
    internal required bool IsFork { get; init; }

    /// <summary>Callers are recorded.</summary>
    internal required bool Callers { get; init; }

    /// <summary>Texts have marks in place of secrets.</summary>
    internal required bool Redacted { get; init; }

    /// <summary>How environment values are recorded: <c>none</c>, <c>keys</c>, <c>all</c>.</summary>
    internal required string EnvironmentMode { get; init; }

    /// <summary>The image's earliest events may be missing.</summary>
    internal required bool Late { get; init; }

    /// <summary>The monotonic clock when the segment was made, and the wall clock at that moment.</summary>
    internal required long MadeMono { get; init; }
    internal required long MadeWall { get; init; }

    /// <summary>The monotonic clock when the image began.</summary>
    internal required long BeganMono { get; init; }

    /// <summary>The segment is full: the next one was made before this was said.</summary>
    internal required bool Full { get; init; }

    /// <summary>The image ended through <c>exit</c>.</summary>
    internal required bool Closed { get; init; }

    /// <summary>The hook waited for the interpreter's end and did not see it (rule S70).</summary>
    internal required bool ExpectsEnd { get; init; }

    /// <summary>What was given to <c>exit</c>, 0 to 255; null when that is not known.</summary>
    internal required int? ExitCode { get; init; }

    /// <summary>The monotonic clock when the segment was full or closed; 0 before.</summary>
    internal required long EndedMono { get; init; }
    internal required long Filtered { get; init; }
    internal required long FirstLostMono { get; init; }
    internal required long LastLostMono { get; init; }

    /// <summary>Lost events by reason (<see cref="SegmentLayout.LossReasons"/>).</summary>
    internal required long[] Lost { get; init; }

    /// <summary>True for a header whose writer has not finished it: the magic is still zero (rule S9).</summary>
    internal static bool IsUnfinished(ReadOnlySpan<byte> bytes) =>
        bytes.Length < SegmentLayout.Magic.Length
        || !bytes[..SegmentLayout.Magic.Length].ContainsAnyExcept((byte)0);

    /// <summary>Reads a header, or says in one phrase why the file is no segment of ours.</summary>
    internal static SegmentHeader? Read(ReadOnlySpan<byte> bytes, in SegmentName name, out string? problem)
    {
        problem = Check(bytes, name);
        if (problem is not null)
            return null;
        var lost = new long[SegmentLayout.LossSlots];
        for (var i = 0; i < lost.Length; i++)
            lost[i] = ReadInt64(bytes, 256 + (8 * i));
        return new SegmentHeader
        {
            Pid = name.Pid,
            Size = ReadInt64(bytes, 16),
            ParentPid = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
            Nonce = name.Nonce,
            ForkedFrom = BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            StartTicks = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            Sequence = (uint)name.Sequence,
            IsFork = bytes[61] == 1,
            EnvironmentMode = bytes[62] switch
            {
                0 => "none",
                2 => "all",
                _ => "keys",
            },
            Callers = (bytes[63] & 1) != 0,
            Redacted = (bytes[63] & 4) != 0,
            Late = (bytes[63] & 2) != 0,
            MadeMono = ReadInt64(bytes, 64),
            MadeWall = ReadInt64(bytes, 72),
            BeganMono = ReadInt64(bytes, 80),
            Full = BinaryPrimitives.ReadUInt32LittleEndian(bytes[128..]) == SegmentLayout.StateFull,
            Closed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[128..]) == SegmentLayout.StateClosed,
            ExitCode = BinaryPrimitives.ReadUInt32LittleEndian(bytes[132..])
                is >= SegmentLayout.Exited
                    and <= SegmentLayout.Exited + 255
                    and var exited
                ? (int)exited - SegmentLayout.Exited
                : null,
            EndedMono = ReadInt64(bytes, 136),
            ExpectsEnd = BinaryPrimitives.ReadUInt32LittleEndian(bytes[144..]) == SegmentLayout.EndExpected,
            Filtered = ReadInt64(bytes, 192),
            FirstLostMono = ReadInt64(bytes, 208),
            LastLostMono = ReadInt64(bytes, 216),
            Lost = lost,
        };
    }

    /// <summary>The bytes of the start map; empty when its length cannot be.</summary>
    internal static ReadOnlySpan<byte> StartMapOf(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[512..]);
        return length <= SegmentLayout.StartMapCapacity ? bytes.Slice(516, (int)length) : default;
    }

    static string? Check(ReadOnlySpan<byte> bytes, in SegmentName name)
    {
        if (bytes.Length < SegmentLayout.HeaderSize)
            return "it is shorter than a header";
        if (!bytes.StartsWith(SegmentLayout.Magic))
            return "it does not begin with a segment's magic";
        var major = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (major != SegmentLayout.MajorVersion)
            return $"its version is {major}, and this program reads version {SegmentLayout.MajorVersion}";
        if (
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) != (uint)name.Pid
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]) != name.Nonce
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]) != (uint)name.Sequence
            || name.Nonce == 0
        )
        {
            return "its header and its file name disagree";
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) == SegmentLayout.HeaderSize
            ? null
            : "its first block is not behind the header";
    }

    // Times and counters past the signed range are lies; they count as the largest.
    static long ReadInt64(ReadOnlySpan<byte> bytes, int offset) =>
        (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]), long.MaxValue);
}
