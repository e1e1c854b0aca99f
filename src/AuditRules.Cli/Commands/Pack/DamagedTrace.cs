using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>From a damaged or unclosed trace to a new one (docs/cli.md, C79).</summary>
static class DamagedTrace
{
    public static ExitCode Recover(CommandContext context, string source, string target)
    {
        TraceFiles.RequireFiles(context, [source]);
        OutputFile.RequireOther(context, target, [source]);
        var isUnread = false;
        using var input = TraceFiles.Open(context, source);
        using var output = OutputFile.Create(context, target);
        var recovered = TraceFiles.Read(context, source, () => Run(context, input, output, target, Tell));
        if (recovered.Tampering is { } tampering)
            throw TraceFiles.Tampered(context, source, tampering);
        output.Complete(context);
        Say(context, recovered, context.Paths.Show(source), context.Paths.Show(target));
        if (recovered.Head is { } head)
            context.NoteHead(head);
        return recovered.Losses > 0 || isUnread ? ExitCode.Damage : ExitCode.Clean;

        void Tell(RecoveredDamage damage)
        {
            isUnread |= damage.IsUnread;
            DamageLine.Say(context, source, "", damage);
        }
    }

    static RecoveredTrace Run(
        CommandContext context,
        Stream input,
        OutputFile output,
        string target,
        Action<RecoveredDamage> told
    )
    {
        try
        {
            return TraceRecovery.Run(input, output.Stream, told);
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, target, e.Message);
        }
    }

    static void Say(CommandContext context, RecoveredTrace recovered, string source, string target)
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
