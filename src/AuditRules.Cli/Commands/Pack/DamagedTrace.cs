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
        using var input = TraceFiles.Open(context, source);
        using var output = OutputFile.Create(context, target);
        var recovered = TraceFiles.Read(context, source, () => Run(context, input, output, target));
        if (recovered.Tampering is { } tampering)
            throw TraceFiles.Tampered(context, source, tampering);
        output.Complete(context);
        Tell(context, recovered, context.Paths.Show(source), context.Paths.Show(target));
        return recovered.Losses > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static RecoveredTrace Run(CommandContext context, Stream input, OutputFile output, string target)
    {
        try
        {
            return TraceRecovery.Run(input, output.Stream, damage => DamageLine.Say(context, "", damage));
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, target, e.Message);
        }
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
