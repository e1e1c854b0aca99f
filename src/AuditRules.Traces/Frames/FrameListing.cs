using MessagePack;

namespace AuditRules.Traces;

/// <summary>Lists the frames of a trace as they stand in the file, those too that a reader of events ignores.</summary>
public static class FrameListing
{
    /// <summary>Reads frame by frame, in memory that one frame bounds.</summary>
    /// <param name="input">The trace, read from its first byte to its last; left open.</param>
    /// <param name="report">Takes note of damage.</param>
    /// <exception cref="TraceFormatException">The input is no trace, or of another major version.</exception>
    public static IEnumerable<FrameLayout> Read(Stream input, Action<DamageItem> report)
    {
        var scanner = new FrameScanner(
            input,
            TraceFormat.MaxRawLength,
            (offset, code, message, events) => report(new(offset, code, message, events))
        );
        while (!scanner.AtEnd)
        {
            var offset = scanner.Position;
            if (!scanner.TryReadHeader(out var header) || !scanner.TryReadPayload(header))
                continue;
            yield return header.Type == FrameType.Data
                ? OfEvents(header, offset, scanner.Payload, report)
                : Of(header, offset);
        }
    }

    static FrameLayout Of(in FrameHeader header, long offset) =>
        new(
            offset,
            Enum.IsDefined(header.Type)
                ? header.Type.ToString().ToUpperInvariant()
                : FormattableString.Invariant($"{(int)header.Type}"),
            header.Sequence,
            header.EventCount,
            header.RawLength,
            header.StoredLength,
            null,
            null,
            null,
            []
        );

    static FrameLayout OfEvents(in FrameHeader header, long offset, byte[] payload, Action<DamageItem> report)
    {
        var layout = Of(header, offset);
        try
        {
            var data = DataPayload.Read(payload, (int)header.StoredLength, header.RawLength);
            return layout with
            {
                FirstOrdinal = data.FirstOrdinal,
                FirstTime = data.FirstTime,
                LastTime = data.LastTime,
                Columns = [.. data.Columns.Layout],
            };
        }
        catch (Exception e) when (e is MessagePackSerializationException or NotSupportedException)
        {
            report(
                new(
                    offset,
                    DamageCode.Malformed,
                    $"a frame breaks the format: {e.Message}",
                    header.EventCount
                )
            );
            return layout;
        }
    }
}
