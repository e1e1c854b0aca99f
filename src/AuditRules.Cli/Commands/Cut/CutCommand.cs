using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Ranges;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;

namespace AuditRules.Cli.Commands.Cut;

/// <summary><c>cut</c>: a part of a trace as a trace (docs/cli.md, C85).</summary>
static class CutCommand
{
    const long DefaultMargin = 5_000_000_000;

    public static CliCommand Create(CliHost host)
    {
        var trace = new Argument<string>("TRACE") { Description = "The trace" };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The trace to write",
            HelpName = "NEW",
            Required = true,
        };
        var range = new RangeOptions();
        var around = Around();
        var finding = new Option<string?>("--finding")
        {
            Description = "The margin before and behind the events of that finding",
            HelpName = "ID",
        };
        var margin = Margin();
        var rules = new RuleOptions();
        var command = new CliCommand("cut", "Makes a trace of a part of a trace.")
        {
            Usage = "TRACE -o NEW (--from WHEN | --to WHEN | --around N | --finding ID) [options]",
            Examples =
            [
                new(
                    "auditrules cut run.atrace -o part.atrace --from +90s --to +100s",
                    "Ten seconds, counted from the first event"
                ),
                new(
                    "auditrules cut run.atrace -o part.atrace --around 1200 --margin 500ms",
                    "What happened around the event of ordinal 1200"
                ),
                new(
                    "auditrules cut run.atrace -o part.atrace --finding 1f0c2a9b7d3e4f56 --rules rules",
                    "What happened around a finding; replay tells its id"
                ),
            ],
            Details = """
                All processes are kept. A loss of reason cut says how many events were left out: in the
                new trace a rule that does not fire is unknown, not clean.
                docs/how-to/investigate-a-trace.md shows when to cut.
                """,
        };
        command.Add(trace);
        command.Add(output);
        range.AddTo(command);
        command.Add(around);
        command.Add(finding);
        command.Add(margin);
        rules.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var path = parse.GetRequiredValue(trace);
                var target = parse.GetRequiredValue(output);
                var wish = range.Read(parse);
                var given = new[]
                {
                    wish is not null,
                    parse.GetValue(around) is not null,
                    parse.GetValue(finding) is not null,
                };
                if (given.Count(g => g) != 1)
                    throw new CommandFailure(
                        ExitCode.Usage,
                        "say which part: --from and --to, or --around, or --finding; one of these",
                        $"As in: auditrules cut {context.Paths.Show(path)} -o {context.Paths.Show(target)} --from +90s --to +100s"
                    );
                TraceFiles.RequireFiles(context, [path]);
                var part = new CutPart(context, path, parse.GetValue(margin) ?? DefaultMargin);
                if (parse.GetValue(around) is { } ordinal)
                    return part.Write(target, part.Around(ordinal));
                if (parse.GetValue(finding) is not { } id)
                    return part.Write(target, part.Of(wish!));
                using var set = rules.Load(context, parse);
                return part.Write(target, part.Around(id, set.Rules));
            }
        );
    }

    static Option<long?> Around() =>
        new("--around")
        {
            Description = "The margin before and behind the event of that ordinal, as 1200 or '#1200'",
            HelpName = "N",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                var ordinal = RangeBound.ParseOrdinal(result.Tokens[0].Value);
                if (ordinal is null)
                    result.AddError(
                        $"--around takes an ordinal, as 1200 or '#1200'; not {result.Tokens[0].Value}"
                    );
                return ordinal;
            },
        };

    static Option<long?> Margin() =>
        new("--margin")
        {
            Description = "How much to keep before and behind, as 500ms or 2m (default: 5s)",
            HelpName = "TIME",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                var margin = RangeBound.ParseSpan(result.Tokens[0].Value);
                if (margin is null)
                    result.AddError(
                        $"--margin takes a time, as 2.5s, 500ms, us, ns, 2m or 1h; not {result.Tokens[0].Value}"
                    );
                return margin;
            },
        };
}
