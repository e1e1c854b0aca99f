using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary><c>inspect</c>: what is in a trace.</summary>
static class InspectCommand
{
    public static CliCommand Create(CliHost host)
    {
        var trace = new Argument<string>("TRACE") { Description = "The trace, - for standard input" };
        var events = new Option<bool>("--events") { Description = "List the events" };
        var frames = new Option<bool>("--frames") { Description = "List the frames of the file" };
        var format = InspectFormat.Option();
        var filters = new FilterOptions();
        var command = new CliCommand("inspect", "Says what is in a trace, or lists its events.")
        {
            Usage = "TRACE [options]",
            Examples =
            [
                new(
                    "auditrules inspect run.atrace",
                    "What was recorded, how, and how often each event occurred"
                ),
                new(
                    "auditrules inspect run.atrace --event 'socket.*' --head 20",
                    "The first 20 events of sockets"
                ),
                new(
                    "auditrules inspect run.atrace --match .ssh --pid 4242",
                    "Events of one process that name .ssh"
                ),
                new(
                    "auditrules inspect run.atrace --caller '*/app.py' --not-event import",
                    "What one file of the program did, without its imports"
                ),
                new(
                    "auditrules inspect run.atrace --from 90s --to 100s",
                    "Ten seconds of it; a moment ('2026-01-02 03:04:05.600') or an ordinal ('#1200') will do too"
                ),
                new("auditrules inspect run.atrace --events --format jsonl", "Everything, as JSON lines"),
                new("auditrules inspect run.atrace --frames", "How the file is laid out"),
            ],
            Details = """
                On a terminal long values of an event are cut, with their length; in a pipe or a file, as
                with | less, they are whole. docs/how-to/investigate-a-trace.md shows how to go on.
                """,
        };
        command.Add(trace);
        command.Add(events);
        command.Add(frames);
        command.Add(format);
        filters.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var path = parse.GetRequiredValue(trace);
                var filter = filters.Read(parse);
                var form = parse.GetValue(format)!;
                var listsEvents =
                    parse.GetValue(events) || !filter.IsEmpty || form == InspectFormat.MessagePack;
                if (parse.GetValue(frames) && listsEvents)
                    throw new CommandFailure(
                        ExitCode.Usage,
                        "--frames lists frames; --events, a filter and --format msgpack list events: ask for one of both",
                        $"As in: auditrules inspect {context.Paths.Show(path)} --frames"
                    );
                TraceFiles.Require(context, [path]);
                if (parse.GetValue(frames))
                    return FrameTable.Write(context, path, form);
                return listsEvents
                    ? EventListing.Write(context, path, filter, form)
                    : TraceSummary.Write(context, path, form);
            }
        );
    }
}
