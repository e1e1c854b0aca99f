using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>META of a trace that is made of others: it says how, and of which (T35).</summary>
static class DerivedMeta
{
    /// <summary>That of a trace that is made of one other.</summary>
    /// <param name="meta">The other's.</param>
    /// <param name="how">How it was made: <c>recover</c>, <c>cut</c>.</param>
    /// <param name="id">The other's id.</param>
    /// <exception cref="TraceFormatException">META leaves no room to say so.</exception>
    public static TraceMeta Of(TraceMeta meta, string how, string id)
    {
        var derived = meta with { Derived = how, Sources = [id] };
        return Fits(derived)
            ? derived
            : throw new TraceFormatException(
                TraceFormatError.UnknownFeature,
                Preamble.Length,
                "META leaves no room to say how the new trace was made"
            );
    }

    /// <summary>Whether META fits a frame.</summary>
    public static bool Fits(TraceMeta meta)
    {
        var buffer = new ByteBuffer();
        var writer = new MessagePackWriter(buffer);
        RecordCodec.Write(ref writer, meta);
        writer.Flush();
        return buffer.Length <= TraceFormat.MaxRawLength;
    }
}
