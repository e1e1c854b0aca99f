namespace AuditRules.Recording.Segments;

/// <summary>
/// The used part of a segment in memory: a copy, since a mapped file that its writer cuts would end this process.
/// </summary>
internal static class SegmentBytes
{
    const int FirstRead = 64 * 1024;

    /// <summary>Reads the header, or what there is of it.</summary>
    internal static byte[] ReadHeader(SegmentFile file)
    {
        using var stream = file.Open();
        var bytes = new byte[SegmentLayout.HeaderSize];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Reads as far as there are blocks, and no more than <paramref name="limit"/> bytes.</summary>
    internal static ReadOnlyMemory<byte> ReadUsed(SegmentFile file, int limit)
    {
        using var stream = file.Open();
        var size = (int)Math.Min(stream.Length, limit);
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

    // A length of 0 is the end; a length past what was read may be a block of which more is to come.
    static bool EndsInside(ReadOnlySpan<byte> bytes)
    {
        var walk = new BlockWalk(bytes, SegmentLayout.HeaderSize);
        BlockKind kind;
        do
        {
            kind = walk.Next();
        } while (kind is not (BlockKind.End or BlockKind.Broken));
        return kind == BlockKind.End && bytes.Length - walk.Offset >= SegmentLayout.MinimumBlock;
    }
}
