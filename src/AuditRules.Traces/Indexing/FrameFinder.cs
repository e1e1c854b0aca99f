using System.Collections.Immutable;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Looks at single frames of a trace in a stream that can seek. Nothing is reported: who asks must judge.</summary>
sealed class FrameFinder(Stream stream, UInt128 traceId, int maxRawLength)
{
    // A trace that is closed ends with END, and few bytes behind it (T48).
    const int EndWindow = 65_536;

    // Nearly all heads are shorter, names included.
    const uint NamesLength = 4096;

    // The first five items of a DATA payload (T19).
    const int HeadLength = 1 + (5 * 9);

    /// <summary>The file's length when it was opened: a trace may still grow.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>The header at that offset; false where none of this trace stands, or its payload is not all there.</summary>
    public bool TryHeader(long offset, out FrameHeader header)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.Length];
        return IsFrame(bytes[..ReadAt(offset, bytes)], offset, out header);
    }

    /// <summary>The payload behind that header; null when its checksum does not hold.</summary>
    public byte[]? Payload(in FrameHeader header, long offset)
    {
        var payload = new byte[header.StoredLength];
        return
            ReadAt(offset + FrameHeader.Length, payload) == payload.Length
            && Crc32C.Compute(payload) == header.PayloadCrc
            ? payload
            : null;
    }

    /// <summary>
    /// The header at that offset and, of a DATA frame, what the head of its payload says, times being wall. No checksum of
    /// the payload is looked at: a start there must be tried before it is believed.
    /// </summary>
    public bool TryHead(long offset, out FrameHeader header, out IndexEntry entry)
    {
        entry = default;
        Span<byte> bytes = stackalloc byte[FrameHeader.Length + HeadLength];
        bytes = bytes[..ReadAt(offset, bytes)];
        if (!IsFrame(bytes, offset, out header))
            return false;
        if (header.Type != FrameType.Data)
            return true;
        try
        {
            var reader = new MessagePackReader(bytes[FrameHeader.Length..].ToArray());
            reader.ReadArrayHeader();
            var clockOffset = reader.ReadInt64();
            var first = unchecked(reader.ReadInt64() + clockOffset);
            var last = unchecked(reader.ReadInt64() + clockOffset);
            reader.ReadInt64();
            var ordinal = reader.ReadInt64();
            entry = new IndexEntry(offset, header.Sequence, ordinal, header.EventCount, first, last, -1);
            return true;
        }
        catch (MessagePackSerializationException)
        {
            return false;
        }
    }

    /// <summary>The names that the head of a DATA payload lists; null when it breaks the format. No checksum is looked
    /// at.</summary>
    public ImmutableArray<string>? Names(in FrameHeader header, long offset)
    {
        for (var length = Math.Min(NamesLength, header.StoredLength); ; length = header.StoredLength)
        {
            var head = new byte[length];
            if (ReadAt(offset + FrameHeader.Length, head) < length)
                return null;
            try
            {
                var reader = new MessagePackReader(head);
                reader.ReadArrayHeader();
                for (var item = 0; item < 5; item++)
                    reader.ReadInt64();
                return DataPayload.ReadNames(ref reader);
            }
            catch (MessagePackSerializationException)
            {
                // Perhaps the names go on behind what was read.
                if (length == header.StoredLength)
                    return null;
            }
        }
    }

    /// <summary>A DATA frame, whole; null when it is none, a checksum does not hold or the content breaks the format.</summary>
    public DataPayload? Data(in FrameHeader header, long offset)
    {
        try
        {
            return header.Type == FrameType.Data && Payload(header, offset) is { } payload
                ? DataPayload.Read(payload, payload.Length, header.RawLength)
                : null;
        }
        catch (Exception e) when (e is MessagePackSerializationException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The last valid header of type END near the end of the file (T48); false where there is none.</summary>
    public bool TryFindEnd(out long offset, out FrameHeader header)
    {
        var start = Math.Max(Preamble.Length, Length - EndWindow);
        var window = new byte[(int)Math.Max(0, Length - start)];
        var bytes = window.AsSpan(0, ReadAt(start, window));
        for (var at = bytes.Length; (at = bytes[..at].LastIndexOf(FrameHeader.Mark)) >= 0; )
        {
            offset = start + at;
            if (IsFrame(bytes[at..], offset, out header) && header.Type == FrameType.End)
                return true;
        }

        (offset, header) = (0, default);
        return false;
    }

    bool IsFrame(ReadOnlySpan<byte> bytes, long offset, out FrameHeader header) =>
        FrameHeader.TryRead(bytes, out header)
        && header.TraceId == traceId
        && header.StoredLength <= header.RawLength
        && header.RawLength <= maxRawLength
        && header.StoredLength <= Length - offset - FrameHeader.Length;

    int ReadAt(long offset, Span<byte> target)
    {
        if (offset < 0 || offset >= Length)
            return 0;
        stream.Position = offset;
        return stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
    }
}
