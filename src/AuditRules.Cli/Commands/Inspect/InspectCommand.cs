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
        var format = ReportOptions.FormatOption();
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
                new("auditrules inspect run.atrace --events --format jsonl", "Everything, as JSON lines"),
            ],
        };
        command.Add(trace);
        command.Add(events);
        command.Add(format);
        filters.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var path = parse.GetRequiredValue(trace);
                var filter = filters.Read(parse);
                TraceFiles.Require(context, [path]);
                if (!parse.GetValue(events) && filter.IsEmpty)
                    return TraceSummary.Write(context, path, parse.GetValue(format)!);
                return EventListing.Write(context, path, filter, parse.GetValue(format)!);
            }
        );
    }
}
