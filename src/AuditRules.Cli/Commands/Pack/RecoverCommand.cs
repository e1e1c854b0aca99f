using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary><c>recover</c>: what a killed session left behind, or what is left of a damaged trace, to a trace.</summary>
static class RecoverCommand
{
    public static CliCommand Create(CliHost host)
    {
        var source = new Argument<string?>("SOURCE")
        {
            Description = "A damaged or unclosed trace, or the folder of a session that was killed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "NEW",
        };
        var command = new CliCommand(
            "recover",
            "Makes a trace of what a killed session left behind, or of what is left of a damaged trace."
        )
        {
            Usage = "[SOURCE -o NEW]",
            Examples =
            [
                new("auditrules recover run.atrace -o whole.atrace", "What can be read of a damaged trace"),
                new("auditrules recover", "List the folders that sessions left behind"),
                new(
                    "auditrules recover /tmp/auditrules-4f1d -o run.atrace",
                    "The folder of a session that was killed"
                ),
            ],
            Details = """
                Exit codes: 0 nothing was lost, 3 something was, 6 tampered with: nothing is written,
                65 not a trace, 66 input missing.
                The source stays as it is. docs/how-to/recover-a-trace.md explains it.
                """,
        };
        command.Add(source);
        command.Add(output);
        return command.Runs(
            host,
            (context, parse) =>
            {
                if (parse.GetValue(source) is not { } from)
                    return LeftBehind.List(context);
                if (parse.GetValue(output) is not { } target)
                    throw new CommandFailure(
                        ExitCode.Usage,
                        "option --output is required",
                        $"As in: auditrules recover {context.Paths.Show(from)} -o new.atrace"
                    );
                // What is not there may have been meant as either; a folder has no extension.
                return Directory.Exists(context.Paths.Full(from))
                    ? SegmentFolder.Pack(context, from, target, ColumnCodec.Lz4)
                    : DamagedTrace.Recover(context, from, target);
            }
        );
    }
}
