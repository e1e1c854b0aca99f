using System.Buffers.Binary;
using System.Numerics;

namespace AuditRules.Traces;

/// <summary>
/// The LZ4 block format. A sequence is
/// <code>
/// token: literals (4 bits), match - 4 (4 bits) | more literals | literals | offset u16le | more match
/// </code>
/// where "more" is bytes of 255 and a last one below, present when the 4 bits are 15. The last sequence has literals
/// only; the last 5 bytes are literals and the last match begins at least 12 bytes before the end.
/// </summary>
static class Lz4Block
{
    const int MinMatch = 4;
    const int LastLiterals = 5;
    const int MatchLimit = 12;
    const int MaxHashBits = 14;

    /// <summary>Compresses into <paramref name="target"/>; -1 when it does not fit there.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        // A small column does not pay for clearing a large table.
        var shift = 32 - Math.Clamp(BitOperations.Log2((uint)source.Length | 1), 8, MaxHashBits);
        Span<int> table = stackalloc int[1 << (32 - shift)];
        var written = 0;
        var anchor = 0;
        var position = 1;
        var misses = 0;
        var end = source.Length - MatchLimit;
        while (position <= end)
        {
            var sequence = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
            ref var slot = ref table[(int)((sequence * 2654435761u) >> shift)];
            var candidate = slot;
            slot = position;
            if (
                position - candidate > ushort.MaxValue
                || BinaryPrimitives.ReadUInt32LittleEndian(source[candidate..]) != sequence
            )
            {
                // The longer nothing matches, the larger the steps: incompressible bytes cost little.
                position += 1 + (misses++ >> 6);
                continue;
            }

            misses = 0;
            while (position > anchor && candidate > 0 && source[position - 1] == source[candidate - 1])
            {
                position--;
                candidate--;
            }

            var length =
                MinMatch
                + source[(position + MinMatch)..^LastLiterals]
                    .CommonPrefixLength(source[(candidate + MinMatch)..]);
            if (!PutLiterals(source[anchor..position], length - MinMatch, target, ref written))
                return -1;
            if (target.Length - written < 2)
                return -1;
            BinaryPrimitives.WriteUInt16LittleEndian(target[written..], (ushort)(position - candidate));
            written += 2;
            if (!PutMore(length - MinMatch, target, ref written))
                return -1;
            position += length;
            anchor = position;
            if (position - 2 <= end)
            {
                var between = BinaryPrimitives.ReadUInt32LittleEndian(source[(position - 2)..]);
                table[(int)((between * 2654435761u) >> shift)] = position - 2;
            }
        }

        return PutLiterals(source[anchor..], 0, target, ref written) ? written : -1;
    }

    /// <summary>Inflates; false unless the block is whole and fills <paramref name="target"/> exactly.</summary>
    public static bool Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var read = 0;
        var written = 0;
        while (read < source.Length)
        {
            var token = source[read++];
            var literals = token >> 4;
            if (literals == 15 && !TakeMore(source, ref read, ref literals))
                return false;
            if (literals > source.Length - read || literals > target.Length - written)
                return false;
            source.Slice(read, literals).CopyTo(target[written..]);
            read += literals;
            written += literals;
            if (read == source.Length)
                return written == target.Length && (token & 15) == 0;
            if (source.Length - read < 2)
                return false;
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
            read += 2;
            var length = token & 15;
            if (length == 15 && !TakeMore(source, ref read, ref length))
                return false;
            length += MinMatch;
            if (offset == 0 || offset > written || length > target.Length - written)
                return false;
            CopyMatch(target, written, offset, length);
            written += length;
        }

        return false;
    }

    static void CopyMatch(Span<byte> target, int at, int offset, int length)
    {
        if (offset == 1)
        {
            target.Slice(at, length).Fill(target[at - 1]);
            return;
        }

        // A match may reach into what it writes; each round doubles what can be copied at once.
        var from = at - offset;
        while (length > 0)
        {
            var part = Math.Min(length, at - from);
            target.Slice(from, part).CopyTo(target[at..]);
            at += part;
            length -= part;
        }
    }

    static bool PutLiterals(ReadOnlySpan<byte> literals, int match, Span<byte> target, ref int written)
    {
        if (written >= target.Length)
            return false;
        target[written++] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(match, 15));
        if (!PutMore(literals.Length, target, ref written) || !literals.TryCopyTo(target[written..]))
            return false;
        written += literals.Length;
        return true;
    }

    static bool PutMore(int length, Span<byte> target, ref int written)
    {
        if (length < 15)
            return true;
        length -= 15;
        if (target.Length - written <= length / 255)
            return false;
        for (; length >= 255; length -= 255)
            target[written++] = 255;
        target[written++] = (byte)length;
        return true;
    }

    static bool TakeMore(ReadOnlySpan<byte> source, ref int read, ref int length)
    {
        while (read < source.Length)
        {
            var more = source[read++];
            length += more;
            if (more != 255)
                return length >= 0;
            if (length > TraceFormat.MaxRawLength * 2)
                return false;
        }

        return false;
    }
}
