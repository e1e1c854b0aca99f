using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.RuleSets;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Test;

/// <summary><c>test</c>: the examples in rules, and recordings with what is expected of them.</summary>
static class TestCommand
{
    public static CliCommand Create(CliHost host)
    {
        var paths = RuleOptions.Paths("RULES");
        var recordings = new Option<string?>("--recordings")
        {
            Description = "Folder of traces to replay (default: recordings, beside the rules folder)",
            HelpName = "DIR",
        };
        var update = new Option<bool>("--update")
        {
            Description = "Rewrite what is expected of the recordings to what is found",
        };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Name the tests that passed too" };
        var options = new RuleOptions();
        var command = new CliCommand(
            "test",
            "Runs the examples in rules, and replays recordings against expected findings."
        )
        {
            Usage = "[RULES...] [options]",
            Examples =
            [
                new("auditrules test", "./rules with ./recordings"),
                new("auditrules test rules/secrets.fsx", "The examples of one file"),
                new(
                    "auditrules test my-rules --recordings my-traces --update",
                    "Accept what is found; review the change"
                ),
            ],
            Details = """
                What is expected of x.atrace stands in x.expected beside it. docs/cli.md describes it.
                Exit codes: 0 all passed, 1 a test failed, 78 rules do not compile.
                """,
        };
        command.Add(paths);
        command.Add(recordings);
        command.Add(update);
        command.Add(verbose);
        options.AddCompilingTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var files = RuleFiles.Find(context, parse.GetValue(paths) ?? []);
                var traces = RecordingFiles.Find(context, files, parse.GetValue(recordings));
                using var set = options.Load(context, parse, files);
                var results = new TestResults(context, parse.GetValue(verbose));
                ExampleTests.Run(context, set, results);
                new RecordingTests(context, set, results, parse.GetValue(update)).Run(traces);
                var code = results.Complete();
                return set.LeftOut.IsEmpty ? code : ExitCodes.Of(ExitCode.RuleFailed, code);
            }
        );
    }
}
