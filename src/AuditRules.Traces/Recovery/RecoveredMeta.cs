using System.Globalization;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>META of a recovered trace (T58): that of the damaged one, or what its first events say where it is lost.</summary>
static class RecoveredMeta
{
    public static TraceMeta Of(Stream input, out UInt128 id)
    {
        using var reader = new TraceReader(input, new() { Wanted = static _ => false, LeaveOpen = true });
        var meta = Find(reader);
        id = UInt128.Parse(reader.TraceId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (meta.Derived == "recover")
            return meta;
        return Fits(meta with { Derived = "recover", Sources = [reader.TraceId] }, out var marked)
            ? marked
            : throw new TraceFormatException(
                TraceFormatError.UnknownFeature,
                Preamble.Length,
                "META leaves no room to say that the trace was recovered"
            );
    }

    static TraceMeta Find(TraceReader reader)
    {
        while (reader.Read() is { } item)
        {
            if (From(item) is { } meta)
                return meta;
        }

        return new TraceMeta();
    }

    /// <summary>META, or what a frame of events says in its place; null when the item is neither.</summary>
    public static TraceMeta? From(TraceItem item) =>
        item switch
        {
            MetaItem found => found.Meta,
            // The clocks relate to each other as the frame says; the moment is that of its first event.
            EventsItem { Summary: var first } => new TraceMeta
            {
                WallClock = first.FirstTime,
                MonotonicClock = unchecked(first.FirstTime - first.ClockOffset),
            },
            _ => null,
        };

    static bool Fits(TraceMeta meta, out TraceMeta same)
    {
        same = meta;
        var buffer = new ByteBuffer();
        var writer = new MessagePackWriter(buffer);
        RecordCodec.Write(ref writer, meta);
        writer.Flush();
        return buffer.Length <= TraceFormat.MaxRawLength;
    }
}
