namespace AuditRules.Recording.Segments;

/// <summary>
/// Parts of a segment in memory: a copy, since a mapped file that its writer cuts would end this process.
/// </summary>
internal static class SegmentBytes
{
    const int FirstRead = 64 * 1024;

    /// <summary>Reads the header, or what there is of it.</summary>
    internal static byte[] ReadHeader(Stream stream)
    {
        var bytes = new byte[SegmentLayout.HeaderSize];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>
    /// Reads from the block at an offset as far as there are blocks, and no further than <paramref name="limit"/>.
    /// </summary>
    internal static Memory<byte> ReadUsed(Stream stream, long offset, int limit)
    {
        stream.Position = offset;
        var size = (int)Math.Max(0, Math.Min(stream.Length, limit) - offset);
        var bytes = new byte[Math.Min(size, FirstRead)];
        var filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(
                bytes.AsSpan(filled),
                bytes.Length - filled,
                throwOnEndOfStream: false
            );
            if (filled < bytes.Length || bytes.Length == size || EndsInside(bytes))
                return bytes.AsMemory(0, filled);
            Array.Resize(ref bytes, (int)Math.Min(size, 2L * bytes.Length));
        }
    }

    /// <summary>
    /// How many of the bytes are blocks that are whole, and how many are blocks at all. Those that are whole are read a
    /// second time: what a writer stored before it said that a block is whole need not have been in the first copy.
    /// </summary>
    internal static (int Whole, int Reserved) Settle(Stream stream, long offset, Span<byte> bytes)
    {
        var walk = new BlockWalk(bytes, 0);
        int? whole = null;
        while (true)
        {
            var before = walk.Offset;
            var kind = walk.Next();
            if (kind == BlockKind.Open)
                whole ??= before;
            if (kind is BlockKind.End or BlockKind.Broken)
                break;
        }

        var settled = whole ?? walk.Offset;
        Interlocked.MemoryBarrier();
        stream.Position = offset;
        _ = stream.ReadAtLeast(bytes[..settled], settled, throwOnEndOfStream: false);
        return (settled, walk.Offset);
    }

    // A length of 0 is the end; a length past what was read may be a block of which more is to come.
    static bool EndsInside(ReadOnlySpan<byte> bytes)
    {
        var walk = new BlockWalk(bytes, 0);
        BlockKind kind;
        do
        {
            kind = walk.Next();
        } while (kind is not (BlockKind.End or BlockKind.Broken));
        return kind == BlockKind.End && bytes.Length - walk.Offset >= SegmentLayout.MinimumBlock;
    }
}
