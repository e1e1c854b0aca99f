using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Reporting.Text;

/// <summary>Losses as people read them.</summary>
public static class LossText
{
    /// <summary>How many events are missing with a damage, as <c>; 12 events are missing</c>.</summary>
    /// <param name="events">How many; null where that is not known. For null and 0 the text is empty.</param>
    public static string Missing(long? events) =>
        events is > 0 and { } count
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"; {count:N0} event{(count == 1 ? " is" : "s are")} missing"
            )
            : "";

    /// <summary>
    /// Losses in words, one text a reason in the order in which the reasons come first, as
    /// <c>12 events of process 3 (disk-full)</c> or <c>an unknown number of events of 301 processes (late-start)</c>;
    /// not escaped. Where only some losses are counted, the sum is said to be the least.
    /// </summary>
    public static IEnumerable<string> Of(IEnumerable<LossRecord> losses) =>
        losses
            .GroupBy(loss => loss.Reason, StringComparer.Ordinal)
            .Select(group => $"{Events([.. group])}{Processes(group)} ({group.Key})");

    static string Events(IReadOnlyCollection<LossRecord> losses)
    {
        // A count is a claim of the recorded program: the sum stops at the largest.
        var sum = losses.Aggregate(
            0L,
            (total, loss) => loss.Count > long.MaxValue - total ? long.MaxValue : total + loss.Count
        );
        if (sum == 0)
            return "an unknown number of events";
        var least = losses.Any(loss => loss.Count == 0) ? "at least " : "";
        return string.Create(CultureInfo.InvariantCulture, $"{least}{sum:N0} event{(sum == 1 ? "" : "s")}");
    }

    static string Processes(IEnumerable<LossRecord> losses)
    {
        var processes = losses
            .Select(loss => loss.Process)
            .Where(process => process >= 0)
            .Distinct()
            .ToArray();
        return processes.Length switch
        {
            0 => "",
            1 => string.Create(CultureInfo.InvariantCulture, $" of process {processes[0]}"),
            var count => string.Create(CultureInfo.InvariantCulture, $" of {count:N0} processes"),
        };
    }
}
