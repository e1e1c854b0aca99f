using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;

namespace AuditRules.Cli.Commands.Replay;

/// <summary><c>replay</c>: traces against rules.</summary>
static class ReplayCommand
{
    public static CliCommand Create(CliHost host)
    {
        var traces = new Argument<string[]>("TRACE")
        {
            Description = "Trace to replay, - for standard input; several are allowed",
            Arity = ArgumentArity.OneOrMore,
        };
        var rules = new RuleOptions();
        var report = new ReportOptions();
        var format = ReportOptions.FormatOption();
        var command = new CliCommand("replay", "Replays traces against rules and reports what they find.")
        {
            Usage = "TRACE... [--rules PATH] [options]",
            Examples =
            [
                new(
                    "auditrules replay run.atrace --rules rules",
                    "Report the findings as text; exit with 1 if there are any"
                ),
                new(
                    "auditrules replay *.atrace --format jsonl --fail-on high",
                    "One JSON object a finding; exit with 1 from severity high on"
                ),
                new(
                    "auditrules replay run.atrace -r rules/secrets.fsx --verbose",
                    "One rule file, and how far its rules got"
                ),
            ],
            Details = """
                Exit codes: 0 nothing found, 1 findings, 3 damage or loss, 4 a rule failed,
                5 unknown or unclosed (with --strict), 6 tampered with, 65 not a trace, 66 input missing,
                78 rules do not compile. docs/cli.md explains them.
                """,
        };
        command.Add(traces);
        rules.AddTo(command);
        command.Add(format);
        report.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var paths = parse.GetRequiredValue(traces);
                var worker = context.Host.Worker;
                if (worker is not { IsEarly: true })
                    TraceFiles.Require(context, paths);
                using var set = rules.Load(context, parse);
                worker?.WaitForTraces();
                var replayed = ReplayRun.Of(context, paths, set, report.Timings(parse));
                ReportOptions.Write(context, replayed, parse.GetValue(format)!, report.Verbose(parse));
                return ReplayRun.CodeOf(replayed, report.FailOn(parse), report.Strict(parse));
            }
        );
    }
}
