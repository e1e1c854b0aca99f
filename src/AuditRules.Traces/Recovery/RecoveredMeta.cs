using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>META of a recovered trace (T58): that of the damaged one, or what its first events say where it is lost.</summary>
static class RecoveredMeta
{
    public static TraceMeta Of(Stream input, out UInt128 id)
    {
        using var reader = new TraceReader(input, new() { Validate = true, LeaveOpen = true });
        var meta = reader.ReadToEnd().Select(From).FirstOrDefault(m => m is not null) ?? new TraceMeta();
        id = reader.Id;
        return meta.Derived == "recover" ? meta : DerivedMeta.Of(meta, "recover", reader.TraceId);
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
}
