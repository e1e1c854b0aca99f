namespace AuditRules.Detection.Matching;

static class Nanoseconds
{
    /// <summary>The span in nanoseconds; the longest spans are cut to 2^63 - 1.</summary>
    public static long Of(TimeSpan span) =>
        span.Ticks > long.MaxValue / TimeSpan.NanosecondsPerTick
            ? long.MaxValue
            : span.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>The span in nanoseconds; the longest time there is for none.</summary>
    public static long OfLimit(TimeSpan? span) => span is { } limit ? Of(limit) : long.MaxValue;

    /// <summary>So long behind that time; the latest time there is where that is beyond it.</summary>
    public static long After(long time, long length) =>
        time > long.MaxValue - length ? long.MaxValue : time + length;
}
