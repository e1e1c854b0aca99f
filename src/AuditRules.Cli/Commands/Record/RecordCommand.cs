using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;
using AuditRules.Recording;
using AuditRules.Reporting.Reports;

namespace AuditRules.Cli.Commands.Record;

/// <summary><c>record</c>: runs a program under the hook.</summary>
static class RecordCommand
{
    const string DefaultTrace = "run.atrace";

    public static CliCommand Create(CliHost host, IReadOnlyList<string>? program)
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = $"The trace to write (default: {DefaultTrace}; with --rules, none is kept)",
            HelpName = "FILE",
        };
        var reportFile = new Option<string>("--report")
        {
            Description = "With --rules: write the report there, not to standard error",
            HelpName = "FILE",
        };
        var format = ReportOptions.FormatOption();
        var recorded = new RecordOptions();
        var rules = new RuleOptions(
            "Replay too: folder of rules, or a rule file; several are allowed (without it, only record)"
        );
        var report = new ReportOptions(
            "Fail too where events were lost or a process is suspicious; with --rules, where a verdict is unknown"
        );
        var command = new CliCommand("record", "Runs a program and records its audit events into a trace.")
        {
            Usage = "[options] -- PROGRAM [ARGUMENT...]",
            Examples =
            [
                new(
                    "auditrules record -o run.atrace -- python3 app.py --port 8080",
                    "Record a program with its child processes"
                ),
                new(
                    "auditrules record --rules rules -- python3 -m pytest",
                    "Record and replay in one step, for CI"
                ),
                new(
                    "auditrules record --rotate 100M --keep 10 -o run.atrace -- python3 app.py",
                    "Record for long: the last ten parts"
                ),
                new(
                    "auditrules record --profile all --exclude 'sys.*' -- python3 app.py",
                    "Record more, but not this"
                ),
            ],
            Details = """
                Exit code: the program's own (128 + n for signal n); 125 when AuditRules could not
                begin, 126 when the program cannot be run, 127 when it is not found. With --rules,
                the replay's where the program ends with 0.
                """,
        };
        // --strict is not among them: it also says what a loss does to the status (C22).
        Option[] ofReport =
        [
            rules.NoCache,
            rules.TrustRules,
            rules.Timeout,
            format,
            reportFile,
            .. report.OfReport,
        ];
        command.Add(output);
        recorded.AddTo(command);
        rules.AddTo(command);
        command.Add(format);
        command.Add(reportFile);
        report.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var line = ProgressLine.Of(context, recorded.WantsProgress(parse));
                var options = recorded.Read(parse, Program(program)) with
                {
                    Progress = line is null ? null : line.Show,
                };
                var path = parse.GetValue(output);
                var replays = parse.GetValue(rules.Rules) is { Length: > 0 };
                options = options with
                {
                    Parts = recorded.Parts(parse, context, path ?? DefaultTrace, replays),
                };
                if (!replays)
                {
                    RefuseWithoutRules(parse, ofReport);
                    if (options.Parts is not null)
                        return PartRecording.Run(context, options, report.Strict(parse));
                    return Recording.Run(context, options, path ?? DefaultTrace, report.Strict(parse));
                }

                RefuseSameFile(context, path, parse.GetValue(reportFile));
                var request = new ReportRequest(
                    parse.GetValue(format)!,
                    parse.GetValue(reportFile),
                    report.FailOn(parse),
                    report.Strict(parse),
                    report.Verbose(parse),
                    report.Timings(parse)
                );
                if (context.Host.Supervises)
                {
                    string[] words = [.. rules.Words(parse), .. WordsOf(context, parse, request)];
                    return RecordAndReplay.RunSupervised(context, options, path, words, request);
                }

                using var set = rules.Load(context, parse);
                return RecordAndReplay.Run(context, options, path, set, request);
            }
        );
    }

    static IEnumerable<string> WordsOf(CommandContext context, ParseResult parse, ReportRequest request)
    {
        string[] words =
        [
            "--fail-on",
            request.FailOn is { } severity ? Names.Of(severity) : "none",
            "--format",
            request.Format,
        ];
        (bool Given, string Word)[] switches =
        [
            (request.Strict, "--strict"),
            (request.Verbose, "--verbose"),
            (request.Timings, "--timings"),
            (context.Quiet, "--quiet"),
            (parse.GetValue(CommonOptions.NoColor), "--no-color"),
        ];
        return [.. words, .. switches.Where(s => s.Given).Select(s => s.Word)];
    }

    static void RefuseWithoutRules(ParseResult parse, IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(o => parse.GetResult(o) is { Implicit: false }) is { } given)
            throw new CommandFailure(
                ExitCode.Usage,
                $"{given.Name} needs --rules: without it record only records",
                "Add --rules rules, or replay the trace afterwards: auditrules replay run.atrace"
            );
    }

    static void RefuseSameFile(CommandContext context, string? trace, string? report)
    {
        if (trace is null || report is null || context.Paths.Full(trace) != context.Paths.Full(report))
            return;
        throw new CommandFailure(
            ExitCode.Usage,
            $"the trace and the report cannot both be {context.Paths.Show(trace)}",
            "Name different files with -o and --report."
        );
    }

    static IReadOnlyList<string> Program(IReadOnlyList<string>? words) =>
        words is { Count: > 0 }
            ? words
            : throw new CommandFailure(
                ExitCode.Usage,
                "record needs a program, behind --",
                "As in: auditrules record -o run.atrace -- python3 app.py"
            );
}
