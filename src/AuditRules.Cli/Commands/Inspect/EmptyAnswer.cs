using System.Globalization;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>What is said where no event of a listing matched (docs/cli.md, C53).</summary>
static class EmptyAnswer
{
    public static string Of(EventSource source, EventFilter filter)
    {
        if (source.Last is not { } last || source.First is not { } first)
            return "the trace holds no event";
        var events = last.FirstOrdinal + last.Count;
        if (filter.Range is { } wish)
        {
            var range = wish.In(first.FirstTime);
            if (range.FromTime > last.LastTime || range.FromOrdinal >= events)
                return Invariant(
                    $"none of the {events:N0} events matches: the trace ends at {TimeText.Moment(last.LastTime)} UTC, {TimeText.Offset(last.LastTime - first.FirstTime)}, with #{events - 1}"
                );
            if (range.ToTime <= first.FirstTime || range.ToOrdinal <= first.FirstOrdinal)
                return Invariant(
                    $"none of the {events:N0} events matches: the trace begins at {TimeText.Moment(first.FirstTime)} UTC, with #{first.FirstOrdinal}"
                );
        }

        return events == 1
            ? "the one event does not match"
            : Invariant($"none of the {events:N0} events matches");
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
