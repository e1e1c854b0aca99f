using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;

namespace AuditRules.Cli.Commands.Import;

/// <summary><c>import</c>: traces of what something else wrote.</summary>
static class ImportCommand
{
    public static CliCommand Create(CliHost host)
    {
        var command = new CliCommand("import", "Makes a trace of events that something else wrote.")
        {
            Usage = "FORMAT FILE -o TRACE",
            Examples = [new("auditrules import jsonl events.jsonl -o run.atrace", "From JSON lines")],
        };
        command.Add(Jsonl(host));
        return command;
    }

    static CliCommand Jsonl(CliHost host)
    {
        var file = new Argument<string>("FILE") { Description = "JSON lines, - for standard input" };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "TRACE",
            Required = true,
        };
        var command = new CliCommand("jsonl", "Makes a trace of JSON lines, one event a line.")
        {
            Usage = "FILE -o TRACE",
            Examples =
            [
                new("auditrules import jsonl events.jsonl -o run.atrace", "From a file"),
                new(
                    "auditrules import jsonl - -o b.atrace < a.jsonl",
                    "From what inspect a.atrace --events --format jsonl wrote: its events and records again"
                ),
            ],
            Details = """
                A line: {"time":"2026-01-02T03:04:05Z","pid":7,"event":"open","args":["/x","r"]}

                docs/spec/event-json.md describes it. Lines must be in the order of their times.
                """,
        };
        command.Add(file);
        command.Add(output);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var source = parse.GetRequiredValue(file);
                using var input = InputFile.Open(
                    context,
                    source,
                    "Name a file of JSON lines, or - for standard input."
                );
                var target = parse.GetRequiredValue(output);
                if (source != "-")
                    OutputFile.RequireOther(context, target, [source]);
                using var trace = OutputFile.Create(context, target);
                var imported = new JsonLinesImport(context.Paths.Show(source)).Run(input, trace.Stream);
                trace.Complete(context);
                context.Note(
                    FormattableString.Invariant(
                        $"auditrules: {imported.Events:N0} events in {context.Paths.Show(target)}"
                    )
                );
                if (imported.Head is { } head)
                    context.NoteHead(head);
                return TellLosses(context, imported, context.Paths.Show(source));
            }
        );
    }

    static ExitCode TellLosses(CommandContext context, Imported imported, string source)
    {
        if (imported.Late > 0)
            context.Messages.Line(
                FormattableString.Invariant(
                    $"auditrules: {imported.Late:N0} events are too far out of order, and are lost: sort the lines by time"
                )
            );
        var missing = imported.Missing;
        if (missing.Count > 0)
            context.Messages.Line(
                FormattableString.Invariant(
                    $"auditrules: {missing.Count:N0} event{(missing.Count == 1 ? " of the export is" : "s of the export are")} missing, the first before line {missing.Line:N0} of {source}: lines were taken out"
                )
            );
        if (missing.IsOther)
            context.Messages.Line(
                FormattableString.Invariant(
                    $"auditrules: {source} has more events than its end (line {missing.Line:N0}) counts: lines were put in"
                )
            );
        return imported.Late > 0 || missing.Loss is not null ? ExitCode.Damage : ExitCode.Clean;
    }
}
