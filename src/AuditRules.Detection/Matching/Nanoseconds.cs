namespace AuditRules.Detection.Matching;

static class Nanoseconds
{
    /// <summary>The span in nanoseconds; the longest spans are cut to 2^63 - 1.</summary>
    public static long Of(TimeSpan span) =>
        span.Ticks > long.MaxValue / TimeSpan.NanosecondsPerTick
            ? long.MaxValue
            : span.Ticks * TimeSpan.NanosecondsPerTick;
}
