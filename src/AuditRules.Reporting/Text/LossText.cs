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

    /// <summary>A loss in words, as <c>12 events of process 3 (disk-full)</c>; not escaped.</summary>
    public static string Of(LossRecord loss)
    {
        var count =
            loss.Count > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{loss.Count:N0}")
                : "an unknown number of";
        var process =
            loss.Process >= 0
                ? string.Create(CultureInfo.InvariantCulture, $" of process {loss.Process}")
                : "";
        return $"{count} event{(loss.Count == 1 ? "" : "s")}{process} ({loss.Reason})";
    }
}
