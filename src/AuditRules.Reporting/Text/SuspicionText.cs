using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Reporting.Text;

/// <summary>Doubts about what was recorded of a process, as people read them.</summary>
public static class SuspicionText
{
    /// <summary>
    /// One text a kind of doubt, in the order in which the kinds come first, as <c>process 3 ended in good order, but its
    /// recorder did not see ...: events may be missing from 2026-01-02 03:04:05.006 on</c>; not escaped. Of several
    /// processes the earliest time is said.
    /// </summary>
    /// <param name="ends">Ends of processes; those without a doubt are passed over.</param>
    public static IEnumerable<string> Of(IEnumerable<ProcessRecord> ends) =>
        ends.Where(end => end.Suspicion.Length > 0)
            .GroupBy(end => end.Suspicion, StringComparer.Ordinal)
            .Select(group => Text(group.Key, [.. group]));

    static string Text(string suspicion, ProcessRecord[] ends)
    {
        var one = ends.Length == 1;
        var who = one
            ? string.Create(CultureInfo.InvariantCulture, $"process {ends[0].Process}")
            : string.Create(CultureInfo.InvariantCulture, $"{ends.Length:N0} processes");
        var what =
            suspicion == ProcessRecord.EndNotSeen
                ? $" ended in good order, but {(one ? "its recorder" : "their recorders")} did not see the interpreter end"
                : $" ({suspicion})";
        var from = TimeText.Moment(ends.Min(end => end.SuspectFrom));
        return $"{who}{what}: events may be missing{(from.Length > 0 ? $" from {from} on" : "")}";
    }
}
