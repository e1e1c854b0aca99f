using System.Collections.Immutable;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>The payload of an INDEX frame (T45), as it was written: nothing of it is believed yet.</summary>
sealed class IndexRecord
{
    readonly byte[] _payload;

    IndexRecord(byte[] payload, ImmutableArray<string> names, IndexEntry[] frames)
    {
        _payload = payload;
        Names = names;
        Frames = frames;
    }

    /// <summary>The distinct names of all events.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>An entry for every DATA frame; the times are mono.</summary>
    public IndexEntry[] Frames { get; }

    /// <summary>Whether the frame has an event of the <paramref name="name"/>-th name.</summary>
    public bool Has(in IndexEntry frame, int name) =>
        (_payload[frame.NamesAt + (name / 8)] & (1 << (name % 8))) != 0;

    /// <summary>Reads a payload whose checksum holds.</summary>
    /// <param name="payload">The payload; it is kept.</param>
    /// <param name="offset">Where the INDEX frame stands: every frame of it stands before.</param>
    /// <exception cref="MessagePackSerializationException">It breaks the format, or cannot be true.</exception>
    public static IndexRecord Read(byte[] payload, long offset)
    {
        ImmutableArray<string>? names = null;
        IndexEntry[]? frames = null;
        var bitBytes = 0;
        var reader = new MessagePackReader(payload);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (reader.ReadString())
            {
                case "names":
                    names = DataPayload.ReadNames(ref reader);
                    break;
                case "frames":
                    frames = ReadFrames(ref reader, out bitBytes);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind the content");
        var record = new IndexRecord(payload, names ?? [], frames ?? []);
        if (record.Frames.Length > 0 && bitBytes != (record.Names.Length + 7) / 8)
            throw new MessagePackSerializationException("the bits are not as many as the names");
        record.MustBePossible(offset);
        return record;
    }

    static IndexEntry[] ReadFrames(ref MessagePackReader reader, out int bitBytes)
    {
        // A list: the count alone is a promise of a byte each, and an entry is larger.
        var frames = new List<IndexEntry>();
        bitBytes = 0;
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
        {
            var fields = reader.ReadArrayHeader();
            if (fields < 7)
                throw new MessagePackSerializationException("an entry of fewer than 7 fields");
            var at = reader.ReadInt64();
            var sequence = reader.ReadUInt32();
            var ordinal = reader.ReadInt64();
            var count = reader.ReadUInt32();
            var first = reader.ReadInt64();
            var last = reader.ReadInt64();
            var bits = reader.ReadBytes();
            if (frames.Count > 0 && bits.Length != bitBytes)
                throw new MessagePackSerializationException("the bits are not as many as the names");
            bitBytes = bits.Length;
            var bitsAt = (int)reader.Consumed - bits.Length;
            frames.Add(new IndexEntry(at, sequence, ordinal, count, first, last, bitsAt));
            for (; fields > 7; fields--)
                reader.Skip();
        }

        return [.. frames];
    }

    // What holds of every trace that conforms, without a look at the file.
    void MustBePossible(long offset)
    {
        long end = Preamble.Length;
        long ordinal = 0;
        long sequence = 0;
        foreach (var frame in Frames)
        {
            if (frame.Offset < end + FrameHeader.Length || frame.Offset > offset - FrameHeader.Length)
                throw new MessagePackSerializationException($"a frame at byte {frame.Offset}");
            if (frame.Sequence <= sequence)
                throw new MessagePackSerializationException($"frame {frame.Sequence} behind {sequence}");
            if (frame.FirstOrdinal != ordinal)
                throw new MessagePackSerializationException(
                    $"an ordinal {frame.FirstOrdinal} in place of {ordinal}"
                );
            if (frame.Count is 0 or > TraceFormat.MaxFrameEvents)
                throw new MessagePackSerializationException($"a frame of {frame.Count} events");
            end = frame.Offset;
            sequence = frame.Sequence;
            ordinal = frame.EndOrdinal;
        }
    }
}
