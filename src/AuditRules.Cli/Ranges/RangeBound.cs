using System.Globalization;
using AuditRules.Events.Json;

namespace AuditRules.Cli.Ranges;

/// <summary>An end of a range of events: a time after the first event, a moment, or an ordinal (docs/cli.md, C54).</summary>
/// <param name="Kind">Which of these.</param>
/// <param name="Number">Nanoseconds after the first event or since the Unix epoch, or the ordinal.</param>
sealed record RangeBound(RangeBound.Form Kind, long Number)
{
    const int Date = 10; // characters, as 2026-01-02

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
            return ParseOrdinal(text) is { } number ? new(Form.Ordinal, number) : null;
        if (ParseSpan(text.StartsWith('+') ? text[1..] : text) is { } span)
            return new(Form.AfterFirst, span);
        return ParseMoment(text) is { } time ? new(Form.Moment, time) : null;
    }

    // RFC 3339, and as a listing has it: with a blank, and without the zone, which is UTC.
    static long? ParseMoment(string text)
    {
        if (text.Length > Date && text[Date] == ' ')
            text = $"{text[..Date]}T{text[(Date + 1)..]}";
        return EventTime.TryParse(text, out var time) || EventTime.TryParse($"{text}Z", out time)
            ? time
            : null;
    }

    /// <summary>Reads an ordinal, as <c>1200</c> or <c>#1200</c>; null when the text is none.</summary>
    public static long? ParseOrdinal(string text) =>
        long.TryParse(
            text.AsSpan(text.StartsWith('#') ? 1 : 0),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

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
