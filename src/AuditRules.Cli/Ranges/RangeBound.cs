using System.Globalization;
using AuditRules.Events.Json;

namespace AuditRules.Cli.Ranges;

/// <summary>An end of a range of events: a time after the first event, a moment, or an ordinal (docs/cli.md, C54).</summary>
/// <param name="Kind">Which of these.</param>
/// <param name="Number">Nanoseconds after the first event or since the Unix epoch, or the ordinal.</param>
sealed record RangeBound(RangeBound.Form Kind, long Number)
{
    static readonly (string Name, decimal Nanoseconds)[] Units =
    [
        ("ms", 1e6m),
        ("us", 1e3m),
        ("ns", 1m),
        ("s", 1e9m),
        ("m", 60e9m),
        ("h", 3600e9m),
    ];

    public enum Form
    {
        AfterFirst,
        Moment,
        Ordinal,
    }

    /// <summary>Reads one; null when the text is none.</summary>
    public static RangeBound? Parse(string text)
    {
        if (text.StartsWith('#'))
            return long.TryParse(
                text.AsSpan(1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? new(Form.Ordinal, number)
                : null;
        if (text.StartsWith('+'))
            return ParseSpan(text[1..]) is { } span ? new(Form.AfterFirst, span) : null;
        return EventTime.TryParse(text, out var time) ? new(Form.Moment, time) : null;
    }

    /// <summary>Reads a length of time, as <c>2.5s</c>, in nanoseconds; null when the text is none.</summary>
    public static long? ParseSpan(string text)
    {
        foreach (var (name, nanoseconds) in Units)
        {
            if (!text.EndsWith(name, StringComparison.Ordinal))
                continue;
            if (
                !decimal.TryParse(
                    text.AsSpan(0, text.Length - name.Length),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var count
                )
            )
                return null;
            // Longer than any trace is as good as the longest.
            return count < long.MaxValue / nanoseconds ? (long)(count * nanoseconds) : long.MaxValue;
        }

        return null;
    }

    /// <summary>The time that is meant, where the first event has that one; the latest that there is when it is beyond.</summary>
    public long TimeAfter(long first) =>
        Kind == Form.Moment ? Number : (long)Int128.Min((Int128)first + Number, long.MaxValue);
}
