using System.Globalization;
using AuditRules.Cli.Hosting;
using AuditRules.Events;
using AuditRules.Reporting.Terminal;
using AuditRules.Reporting.Text;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>What is wrong with a trace that is read to make another one, and what is lost with it: one line.</summary>
static class DamageLine
{
    /// <summary>Says it.</summary>
    /// <param name="context">The command.</param>
    /// <param name="path">The trace.</param>
    /// <param name="where">Which trace, as <c>run.atrace, </c>; empty where there is only one.</param>
    /// <param name="damage">What.</param>
    public static void Say(CommandContext context, string path, string where, RecoveredDamage damage)
    {
        var further =
            damage.Damages > 1
                ? string.Create(CultureInfo.InvariantCulture, $" and {damage.Damages - 1:N0} more")
                : "";
        context.Messages.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"auditrules: {where}at byte {damage.Offset:N0}: {damage.Message}{further}; {Lost(damage, context.Paths.Show(path))}"
            ),
            damage.Loss is null && !damage.IsUnread ? Tone.Plain : Tone.Warning
        );
    }

    static string Lost(RecoveredDamage damage, string path) =>
        (damage.IsOtherTrace, damage.IsUnread, damage.Loss) switch
        {
            (true, _, null) => Split(damage, path),
            (true, _, var loss) => $"{Lost(loss)}; {Split(damage, path)}",
            (_, true, null) => "what it holds is lost, as was said of the gap before",
            var (_, _, loss) => Lost(loss),
        };

    static string Split(RecoveredDamage damage, string path) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"tail -c +{damage.Offset + 1} {path} > other.atrace makes a file of it"
        );

    static string Lost(LossRecord? loss)
    {
        if (loss is null)
            return "nothing was lost with it";
        var what = loss.Count switch
        {
            0 => "how many events are lost is not known",
            1 => "1 event is lost",
            _ => string.Create(CultureInfo.InvariantCulture, $"{loss.Count:N0} events are lost"),
        };
        return (loss.From, loss.To) switch
        {
            (0, 0) => what,
            (0, var to) => $"{what}, before {TimeText.Moment(to)} UTC",
            (var from, 0) => $"{what}, after {TimeText.Moment(from)} UTC",
            var (from, to) => $"{what}, from {TimeText.Moment(from)} to {TimeText.Moment(to)} UTC",
        };
    }
}
