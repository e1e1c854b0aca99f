using MessagePack;

namespace AuditRules.Traces;

/// <summary>Lists the frames of a trace as they stand in the file, those too that a reader of events ignores.</summary>
public static class FrameListing
{
    /// <summary>Reads frame by frame, in memory that one frame bounds.</summary>
    /// <param name="input">The trace, read from its first byte to its last; left open.</param>
    /// <param name="report">Takes note of damage.</param>
    /// <param name="tampered">Told at the end where the trace is not what was written (T56).</param>
    /// <exception cref="TraceFormatException">The input is no trace, or needs what this version does not know.</exception>
    public static IEnumerable<FrameLayout> Read(
        Stream input,
        Action<DamageItem> report,
        Action<TraceProblem> tampered
    )
    {
        var seen = new Queue<FrameLayout>();
        using var reader = new TraceReader(
            input,
            new()
            {
                Wanted = static _ => false,
                ChecksSeal = true,
                LeaveOpen = true,
                Seen = (in header, payload, offset) =>
                    seen.Enqueue(
                        header.Type == FrameType.Data ? OfEvents(header, offset, payload) : Of(header, offset)
                    ),
            }
        );
        while (reader.Read() is { } item)
        {
            while (seen.TryDequeue(out var frame))
                yield return frame;
            if (item is DamageItem damage)
                report(damage);
        }

        while (seen.TryDequeue(out var last))
            yield return last;
        if (reader.Tampering is { } tampering)
            tampered(tampering);
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

    static FrameLayout OfEvents(in FrameHeader header, long offset, ReadOnlySpan<byte> payload)
    {
        var layout = Of(header, offset);
        try
        {
            var data = DataPayload.Read(payload.ToArray(), payload.Length, header.RawLength);
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
            // The reader reports it.
            return layout;
        }
    }
}
