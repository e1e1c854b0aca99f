using System.IO.Compression;

namespace AuditRules.Traces;

/// <summary>Compresses and inflates columns; never gives more bytes than were declared (T25).</summary>
static class ColumnCodecs
{
    // Matches do not pay in columns that are near to noise (times, ids): there Huffman codes alone are smaller.
    static readonly ZLibCompressionStrategy[] Strategies =
    [
        ZLibCompressionStrategy.Default,
        ZLibCompressionStrategy.Filtered,
        ZLibCompressionStrategy.HuffmanOnly,
    ];

    public static bool IsKnown(ColumnCodec codec) => codec <= ColumnCodec.Deflate;

    /// <summary>The most bytes that so many stored ones can give: a byte of LZ4 adds at most 255 to a match, one of deflate
    /// is at most four matches of 258.</summary>
    public static long MaxRawLength(ColumnCodec codec, int storedLength) =>
        codec switch
        {
            ColumnCodec.Lz4 => 255L * storedLength,
            ColumnCodec.Deflate => 1032L * storedLength,
            _ => storedLength,
        };

    /// <summary>Compresses into <paramref name="target"/>; -1 when it does not fit there.</summary>
    public static int Compress(ColumnCodec codec, byte[] raw, int length, byte[] target)
    {
        if (codec == ColumnCodec.Lz4)
            return Lz4Block.Encode(raw.AsSpan(0, length), target.AsSpan(0, length));
        var best = -1;
        foreach (var strategy in Strategies)
        {
            using var stored = new MemoryStream();
            var options = new ZLibCompressionOptions { CompressionLevel = 9, CompressionStrategy = strategy };
            using (var deflate = new DeflateStream(stored, options, leaveOpen: true))
                deflate.Write(raw, 0, length);
            if (stored.Length > (best < 0 ? length : best - 1))
                continue;
            best = (int)stored.Length;
            stored.GetBuffer().AsSpan(0, best).CopyTo(target);
        }

        return best;
    }

    /// <summary>Inflates; false unless the bytes give exactly <paramref name="target"/>'s length.</summary>
    public static bool Inflate(ColumnCodec codec, byte[] stored, int offset, int length, Span<byte> target)
    {
        switch (codec)
        {
            case ColumnCodec.None:
                return length == target.Length && stored.AsSpan(offset, length).TryCopyTo(target);
            case ColumnCodec.Lz4:
                return Lz4Block.Decode(stored.AsSpan(offset, length), target);
            default:
                using (var source = new DrainedStream(stored, offset, length))
                using (var deflate = new DeflateStream(source, CompressionMode.Decompress))
                {
                    try
                    {
                        return deflate.ReadAtLeast(target, target.Length, throwOnEndOfStream: false)
                                == target.Length
                            && deflate.ReadByte() < 0
                            && !source.IsDrained;
                    }
                    catch (InvalidDataException)
                    {
                        return false;
                    }
                }
        }
    }

    /// <summary>Bytes, and whether more of them were wanted. An inflater that comes to its final block wants no more; one
    /// that does not takes the end of the bytes for the end of the block and says nothing.</summary>
    sealed class DrainedStream(byte[] bytes, int offset, int length)
        : MemoryStream(bytes, offset, length, writable: false)
    {
        public bool IsDrained { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            IsDrained |= Position == Length;
            return base.Read(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            IsDrained |= Position == Length;
            return base.Read(buffer, offset, count);
        }
    }
}
