using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AuditRules.Traces;

/// <summary>
/// What stands before a frame's payload, found by offset (T6).
/// <code>
///  0  9C                array of 12
///  1  D6 46 C1 41 52 C1 mark: fixext 4, type 0x46
///  7  CC tt             type
///  9  CD cc cc          compatible flags
/// 12  CD ii ii          incompatible flags
/// 15  CE ss ss ss ss    sequence number
/// 20  C4 10 ...         trace id, 16 bytes
/// 38  CE nn nn nn nn    event count
/// 43  CE rr rr rr rr    raw length
/// 48  CE ll ll ll ll    stored length
/// 53  CE pp pp pp pp    CRC-32C of the payload
/// 58  CE hh hh hh hh    CRC-32C of bytes 0 to 57
/// 63  C6 ll ll ll ll    bin 32: the payload follows
/// </code>
/// </summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct FrameHeader(
    FrameType Type,
    ushort Compatible,
    ushort Incompatible,
    uint Sequence,
    UInt128 TraceId,
    uint EventCount,
    uint RawLength,
    uint StoredLength,
    uint PayloadCrc
)
{
    public const int Length = 68;

    const int HeaderCrcAt = 58;

    /// <summary>How every frame begins. 0xC1 stands in no MessagePack and in no UTF-8.</summary>
    public static ReadOnlySpan<byte> Mark => [0x9c, 0xd6, 0x46, 0xc1, 0x41, 0x52, 0xc1];

    /// <summary>How many events are lost with the frame: only DATA has any, whatever another header says (T6).</summary>
    public uint LostEvents => Type == FrameType.Data ? EventCount : 0;

    public void Write(Span<byte> target)
    {
        Mark.CopyTo(target);
        target[7] = 0xcc;
        target[8] = (byte)Type;
        target[9] = 0xcd;
        BinaryPrimitives.WriteUInt16BigEndian(target[10..], Compatible);
        target[12] = 0xcd;
        BinaryPrimitives.WriteUInt16BigEndian(target[13..], Incompatible);
        WriteUInt32(target[15..], 0xce, Sequence);
        target[20] = 0xc4;
        target[21] = 0x10;
        BinaryPrimitives.WriteUInt128BigEndian(target[22..], TraceId);
        WriteUInt32(target[38..], 0xce, EventCount);
        WriteUInt32(target[43..], 0xce, RawLength);
        WriteUInt32(target[48..], 0xce, StoredLength);
        WriteUInt32(target[53..], 0xce, PayloadCrc);
        WriteUInt32(target[58..], 0xce, Crc32C.Compute(target[..HeaderCrcAt]));
        WriteUInt32(target[63..], 0xc6, StoredLength);
    }

    /// <summary>False unless every byte is as <see cref="Write"/> writes it, the checksum included.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < Length || !bytes.StartsWith(Mark))
            return false;
        if (
            BinaryPrimitives.ReadUInt32BigEndian(bytes[(HeaderCrcAt + 1)..])
            != Crc32C.Compute(bytes[..HeaderCrcAt])
        )
            return false;
        header = new FrameHeader(
            (FrameType)bytes[8],
            BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[13..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt128BigEndian(bytes[22..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[39..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[44..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[49..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[54..])
        );
        // The bytes between the fields are outside no checksum, but a writer could have put anything there.
        Span<byte> expected = stackalloc byte[Length];
        header.Write(expected);
        return bytes[..Length].SequenceEqual(expected);
    }

    static void WriteUInt32(Span<byte> target, byte code, uint value)
    {
        target[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], value);
    }
}
