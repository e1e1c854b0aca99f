using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;

namespace AuditRules.Cli.Commands.Pack;

/// <summary><c>pack</c>: segments that were recorded without a session, to a trace.</summary>
static class PackCommand
{
    public static CliCommand Create(CliHost host) =>
        SegmentFolder.Command(
            host,
            new CliCommand(
                "pack",
                "Makes a trace of a folder of segments that were recorded without a session."
            )
            {
                Usage = "DIR -o TRACE",
                Examples =
                [
                    new(
                        "auditrules pack /var/lib/audit/segments -o run.atrace",
                        "Segments of a container, packed elsewhere"
                    ),
                ],
            }
        );
}

/// <summary><c>recover</c>: what a killed session left behind, to a trace.</summary>
static class RecoverCommand
{
    public static CliCommand Create(CliHost host) =>
        SegmentFolder.Command(
            host,
            new CliCommand("recover", "Makes a trace of what a killed session left behind.")
            {
                Usage = "[DIR -o TRACE]",
                Examples =
                [
                    new("auditrules recover", "List the folders that sessions left behind"),
                    new(
                        "auditrules recover /tmp/auditrules-4f1d -o run.atrace",
                        "The folder of a session that was killed"
                    ),
                ],
            },
            LeftBehind.List
        );
}

/// <summary>From a folder of segments to a trace (docs/cli.md, C56).</summary>
static class SegmentFolder
{
    /// <summary>The command.</summary>
    /// <param name="host">What surrounds it.</param>
    /// <param name="command">What its help says.</param>
    /// <param name="without">What it does without a folder; null where one is needed.</param>
    public static CliCommand Command(
        CliHost host,
        CliCommand command,
        Func<CommandContext, ExitCode>? without = null
    )
    {
        var folder = new Argument<string?>("DIR")
        {
            Description = "The folder with the segments (*.seg)",
            Arity = without is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "TRACE",
            Required = without is null,
        };
        command.Add(folder);
        command.Add(output);
        return command.Runs(
            host,
            (context, parse) =>
            {
                if (parse.GetValue(folder) is not { } source)
                    return without!(context);
                return parse.GetValue(output) is { } target
                    ? Pack(context, source, target)
                    : throw new CommandFailure(
                        ExitCode.Usage,
                        "option --output is required",
                        $"As in: auditrules {command.Name} {context.Paths.Show(source)} -o run.atrace"
                    );
            }
        );
    }

    static ExitCode Pack(CommandContext context, string folder, string output)
    {
        var segments = Find(context, folder);
        using var trace = OutputFile.Create(context, output);
        PackResult packed;
        try
        {
            packed = Packer.Pack(
                segments,
                trace.Stream,
                new PackOptions { Writing = new() { LeaveOpen = true } }
            );
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, output, e.Message);
        }

        trace.Complete(context);
        Record.Recording.Tell(context, packed, $" in {context.Paths.Show(output)}");
        return packed.Losses.Count > 0 || packed.Refused.Count > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static IReadOnlyList<SegmentFile> Find(CommandContext context, string folder)
    {
        try
        {
            var segments = SegmentFile.In(context.Paths.Full(folder));
            return segments.Count > 0
                ? segments
                : throw Missing(context, folder, "it holds no segment (*.seg)");
        }
        catch (DirectoryNotFoundException)
        {
            throw Missing(context, folder, "there is no such folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(context, folder, e.Message);
        }
    }

    static CommandFailure Missing(CommandContext context, string folder, string why) =>
        new(
            ExitCode.NoInput,
            $"nothing to pack in {context.Paths.Show(folder)}: {why}",
            "Name the folder that AUDITRULES_DIR named, or that the message of the session named."
        );
}
