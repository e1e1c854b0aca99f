using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Events;
using AuditRules.Reporting.Terminal;
using AuditRules.Reporting.Text;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>From a damaged or unclosed trace to a new one (docs/cli.md, C79).</summary>
static class DamagedTrace
{
    public static ExitCode Recover(CommandContext context, string source, string target)
    {
        using var input = TraceFiles.Open(context, source);
        if (!input.CanSeek)
            throw new CommandFailure(
                ExitCode.NoInput,
                $"cannot read {context.Paths.Show(source)}: it is no file, and is to be read twice",
                "Copy it into a file first."
            );
        OutputFile.RequireOther(context, target, [source]);
        // Before a file is made for it: what is no trace writes nothing.
        TraceFiles.Require(context, [source]);
        using var output = OutputFile.Create(context, target);
        var recovered = TraceFiles.Read(context, source, () => Run(context, input, output, target));
        output.Complete(context);
        Tell(context, recovered, context.Paths.Show(source), context.Paths.Show(target));
        return recovered.Losses > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static RecoveredTrace Run(CommandContext context, Stream input, OutputFile output, string target)
    {
        try
        {
            return TraceRecovery.Run(input, output.Stream, damage => Tell(context, damage));
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, target, e.Message);
        }
    }

    static void Tell(CommandContext context, RecoveredDamage damage)
    {
        var further =
            damage.Damages > 1
                ? string.Create(CultureInfo.InvariantCulture, $" and {damage.Damages - 1:N0} more")
                : "";
        context.Messages.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"auditrules: at byte {damage.Offset:N0}: {damage.Message}{further}; {Lost(damage.Loss)}"
            ),
            damage.Loss is null ? Tone.Plain : Tone.Warning
        );
    }

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

    static void Tell(CommandContext context, RecoveredTrace recovered, string source, string target)
    {
        var totals = recovered.Totals;
        context.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"auditrules: {totals.Events:N0} event{(totals.Events == 1 ? "" : "s")} of {source} in {target}"
            )
        );
    }
}
