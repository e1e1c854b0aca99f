using System.Buffers.Binary;
using System.Numerics;

namespace AuditRules.Recording.Redaction;

/// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012), as the hooks make pseudonyms with it (rule S35).</summary>
internal static class SipHash
{
    /// <summary>The length of a key in bytes.</summary>
    internal const int KeyLength = 16;

    /// <summary>The hash, little-endian, as 16 lower-case hexadecimal digits.</summary>
    internal static string Hex(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Hash(key, message));
        return Convert.ToHexStringLower(bytes);
    }

    static ulong Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        var k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        var k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        var v = (
            A: k0 ^ 0x736f6d6570736575,
            B: k1 ^ 0x646f72616e646f6d,
            C: k0 ^ 0x6c7967656e657261,
            D: k1 ^ 0x7465646279746573
        );
        Span<byte> last = stackalloc byte[8];
        last.Clear();
        var whole = message.Length & ~7;
        message[whole..].CopyTo(last);
        last[7] = (byte)message.Length;
        for (var at = 0; at <= whole; at += 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(at < whole ? message[at..] : last);
            v.D ^= word;
            v = Round(Round(v));
            v.A ^= word;
        }

        v.C ^= 0xff;
        v = Round(Round(Round(Round(v))));
        return v.A ^ v.B ^ v.C ^ v.D;
    }

    static (ulong A, ulong B, ulong C, ulong D) Round((ulong A, ulong B, ulong C, ulong D) v)
    {
        v.A += v.B;
        v.C += v.D;
        v.B = BitOperations.RotateLeft(v.B, 13) ^ v.A;
        v.D = BitOperations.RotateLeft(v.D, 16) ^ v.C;
        v.A = BitOperations.RotateLeft(v.A, 32);
        v.C += v.B;
        v.A += v.D;
        v.B = BitOperations.RotateLeft(v.B, 17) ^ v.C;
        v.D = BitOperations.RotateLeft(v.D, 21) ^ v.A;
        v.C = BitOperations.RotateLeft(v.C, 32);
        return v;
    }
}
