using System.Buffers.Text;
using System.Globalization;

namespace AuditRules.Events.Json;

/// <summary>Times as text: <c>2026-01-02T03:04:05.000000006Z</c> (docs/spec/event-json.md, J3).</summary>
public static class EventTime
{
    const long PerSecond = 1_000_000_000;

    /// <summary>The length of the text that <see cref="Format"/> writes.</summary>
    public const int Length = 30;

    /// <summary>The time as text, always in UTC with 9 digits of the second's fraction.</summary>
    /// <param name="time">Nanoseconds since the Unix epoch.</param>
    public static string ToText(long time) =>
        string.Create(
            Length,
            time,
            static (text, time) =>
            {
                Span<byte> utf8 = stackalloc byte[Length];
                Format(time, utf8);
                System.Text.Encoding.ASCII.GetChars(utf8, text);
            }
        );

    /// <summary>Writes the text as ASCII into the first <see cref="Length"/> bytes of <paramref name="target"/>.</summary>
    public static void Format(long time, Span<byte> target)
    {
        var (seconds, fraction) = Math.DivRem(time, PerSecond);
        if (fraction < 0)
        {
            seconds--;
            fraction += PerSecond;
        }

        DateTime
            .UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond)
            .TryFormat(target, out _, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        target[19] = (byte)'.';
        Utf8Formatter.TryFormat(fraction, target[20..], out _, new System.Buffers.StandardFormat('D', 9));
        target[29] = (byte)'Z';
    }

    /// <summary>
    /// Reads a time as RFC 3339 has it, with an offset from UTC or <c>Z</c>, and at most 9 digits of fraction; false
    /// when the text is no such time or has more nanoseconds than 64 bits hold (before September 1677, after April 2262).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long time)
    {
        time = 0;
        if (
            text.Length < 20
            || !DateTime.TryParseExact(
                text[..19],
                "yyyy-MM-ddTHH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var seconds
            )
        )
            return false;
        text = text[19..];
        long fraction = 0;
        if (text[0] == '.')
        {
            var digits = text[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9)
                return false;
            for (var i = 0; i < 9; i++)
                fraction = (fraction * 10) + (i < digits ? text[i + 1] - '0' : 0);
            text = text[(digits + 1)..];
        }

        if (!TryParseOffset(text, out var offset))
            return false;
        var nanoseconds = (((Int128)(seconds - DateTime.UnixEpoch).Ticks - offset.Ticks) * 100) + fraction;
        time = unchecked((long)nanoseconds);
        return nanoseconds == time;
    }

    static bool TryParseOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is "Z")
            return true;
        if (
            text.Length != 6
            || text[0] is not ('+' or '-')
            || !TimeSpan.TryParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture, out offset)
        )
            return false;
        if (text[0] == '-')
            offset = -offset;
        return true;
    }
}
