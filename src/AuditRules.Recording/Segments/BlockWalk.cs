using System.Buffers.Binary;

namespace AuditRules.Recording.Segments;

/// <summary>What stands at a place in a segment.</summary>
internal enum BlockKind
{
    /// <summary>Nothing yet: the end for now (rule S20).</summary>
    End,

    /// <summary>A whole block.</summary>
    Whole,

    /// <summary>Reserved and not committed: its writer is at work or dead (rule S21).</summary>
    Open,

    /// <summary>A commit word that is neither 0 nor valid (rule S22).</summary>
    Damaged,

    /// <summary>A length that cannot be: what follows cannot be found (rule S20).</summary>
    Broken,
}

/// <summary>Walks from block to block (rules S18 to S22).</summary>
internal ref struct BlockWalk(ReadOnlySpan<byte> segment, int offset)
{
    readonly ReadOnlySpan<byte> _segment = segment;

    /// <summary>The offset of the next block.</summary>
    internal int Offset { get; private set; } = offset;

    /// <summary>The offset of the last block's payload.</summary>
    internal int PayloadOffset { get; private set; }

    /// <summary>The length of the last block's payload; 0 unless it is whole.</summary>
    internal int PayloadLength { get; private set; }

    /// <summary>Goes over one block. Does not move at the end and where the walk is broken.</summary>
    internal BlockKind Next()
    {
        PayloadLength = 0;
        if (_segment.Length - Offset < SegmentLayout.MinimumBlock)
            return BlockKind.End;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_segment[Offset..]);
        if (length == 0)
            return BlockKind.End;
        if (length < SegmentLayout.MinimumBlock || length % 8 != 0 || length > _segment.Length - Offset)
            return BlockKind.Broken;
        var commit = BinaryPrimitives.ReadUInt32LittleEndian(_segment[(Offset + 4)..]);
        PayloadOffset = Offset + SegmentLayout.BlockHeaderSize;
        Offset += (int)length;
        if (commit == 0)
            return BlockKind.Open;
        var padding = commit - SegmentLayout.CommitMark;
        if (padding > 7)
            return BlockKind.Damaged;
        PayloadLength = (int)(length - SegmentLayout.BlockHeaderSize - padding);
        return BlockKind.Whole;
    }
}
