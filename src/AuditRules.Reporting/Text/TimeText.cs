using System.Globalization;

namespace AuditRules.Reporting.Text;

/// <summary>Times as people read them: UTC, invariant, to the digit that matters.</summary>
public static class TimeText
{
    /// <summary>The time from one moment to another, as <c>+0.003 s</c>; below a millisecond as <c>+0.000042 s</c>.</summary>
    /// <param name="nanoseconds">The time between them; negative where the second came first.</param>
    public static string Offset(long nanoseconds)
    {
        var seconds = nanoseconds / 1e9m;
        var format = nanoseconds != 0 && Math.Abs(seconds) < 0.001m ? "0.000000" : "0.000";
        var sign = nanoseconds < 0 ? "" : "+";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sign}{seconds.ToString(format, CultureInfo.InvariantCulture)} s"
        );
    }

    /// <summary>A moment, as <c>2026-01-02 03:04:05.006</c>; empty for 0, which stands for not known.</summary>
    /// <param name="nanoseconds">Nanoseconds since the Unix epoch.</param>
    public static string Moment(long nanoseconds) =>
        nanoseconds == 0
            ? ""
            : DateTime
                .UnixEpoch.AddTicks(nanoseconds / 100)
                .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
