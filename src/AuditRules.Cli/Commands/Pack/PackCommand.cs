using System.CommandLine;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary><c>pack</c>: segments that were recorded without a session, to a trace.</summary>
static class PackCommand
{
    public static CliCommand Create(CliHost host)
    {
        var source = new Argument<string>("DIR") { Description = "The folder with the segments (*.seg)" };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "TRACE",
            Required = true,
        };
        var archive = new Option<bool>("--archive")
        {
            Description = "Compress with deflate in place of LZ4: smaller, and slower to read",
        };
        var command = new CliCommand(
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
        };
        command.Add(source);
        command.Add(output);
        command.Add(archive);
        return command.Runs(
            host,
            (context, parse) =>
                SegmentFolder.Pack(
                    context,
                    parse.GetRequiredValue(source),
                    parse.GetRequiredValue(output),
                    parse.GetValue(archive) ? ColumnCodec.Deflate : ColumnCodec.Lz4
                )
        );
    }
}
