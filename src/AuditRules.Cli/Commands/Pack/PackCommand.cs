using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary><c>pack</c>: segments that were recorded without a session, or several traces, to one trace.</summary>
static class PackCommand
{
    public static CliCommand Create(CliHost host)
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = "A folder of segments (*.seg), or traces of one boot of one machine",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "NEW",
            Required = true,
        };
        var archive = new Option<bool>("--archive")
        {
            Description = "Compress with deflate in place of LZ4: smaller, and slower to read",
        };
        var command = new CliCommand(
            "pack",
            "Makes a trace of a folder of segments that were recorded without a session, or one of several traces."
        )
        {
            Usage = "SOURCE... -o NEW [--archive]",
            Examples =
            [
                new(
                    "auditrules pack /var/lib/audit/segments -o run.atrace",
                    "Segments of a container, packed elsewhere"
                ),
                new("auditrules pack web.atrace worker.atrace -o both.atrace", "Two traces in one"),
                new("auditrules pack run-*.atrace -o run.atrace", "The parts of a recording, in one again"),
                new("auditrules pack run.atrace -o kept.atrace --archive", "A trace, smaller"),
            ],
            Details = """
                Exit codes: 0 packed, 3 damage or loss in a source, 6 tampered with: nothing is written,
                65 not a trace, not of one boot, or events that come twice, 66 input missing. The sources stay as they are.
                """,
        };
        command.Add(sources);
        command.Add(output);
        command.Add(archive);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var paths = parse.GetRequiredValue(sources);
                var target = parse.GetRequiredValue(output);
                var codec = parse.GetValue(archive) ? ColumnCodec.Deflate : ColumnCodec.Lz4;
                var folder = Array.Find(paths, path => Directory.Exists(context.Paths.Full(path)));
                if (folder is null)
                    return TraceMerge.Pack(context, paths, target, codec);
                return paths.Length == 1
                    ? SegmentFolder.Pack(context, folder, target, codec)
                    : throw new CommandFailure(
                        ExitCode.Usage,
                        $"{context.Paths.Show(folder)} is a folder: one of segments is packed alone",
                        "Pack it first, and then the trace of it with the others."
                    );
            }
        );
    }
}
