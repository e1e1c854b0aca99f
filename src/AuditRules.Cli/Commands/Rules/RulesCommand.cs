using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;
using AuditRules.Detection.Plans;
using AuditRules.Events;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Rules;

/// <summary><c>rules</c>: lists, shows, checks and lints rules.</summary>
static class RulesCommand
{
    public static CliCommand Create(CliHost host)
    {
        var command = new CliCommand("rules", "Lists, shows, checks and lints rules.")
        {
            Usage = "COMMAND [options]",
            Examples =
            [
                new("auditrules rules list", "The rules in ./rules, or those that come with AuditRules"),
                new("auditrules rules show AR1001", "How one of them will be run"),
                new("auditrules rules check my-rules", "Whether their types fit"),
                new("auditrules rules lint my-rules", "What else is to be said of them"),
            ],
        };
        command.Add(List(host));
        command.Add(Show(host));
        command.Add(CheckCommand.Create(host));
        command.Add(LintCommand.Create(host));
        return command;
    }

    static CliCommand List(CliHost host)
    {
        var paths = RuleOptions.Paths();
        var options = new RuleOptions();
        var format = ReportOptions.FormatOption();
        var command = new CliCommand("list", "Lists rules: id, severity, title, place.")
        {
            Usage = "[PATH...]",
            Examples =
            [
                new("auditrules rules list", "The rules in ./rules, or those that come with AuditRules"),
                new("auditrules rules list my-rules --format jsonl", "One JSON object a rule"),
            ],
        };
        command.Add(paths);
        command.Add(format);
        options.AddCompilingTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                using var set = options.Load(
                    context,
                    parse,
                    RuleFiles.Find(context, parse.GetValue(paths) ?? [])
                );
                if (ReportOptions.IsJson(parse.GetValue(format)!))
                {
                    using var lines = new JsonLines(context.OutStream());
                    foreach (var rule in InOrder(set))
                        lines.Write(json => RuleJson.Write(json, rule));
                    return CodeOf(set);
                }

                var rows = InOrder(set)
                    .Select(r =>
                        new[] { r.Info.Id, Names.Of(r.Info.Severity), r.Info.Title, r.Info.Source.ToString() }
                    )
                    .ToArray();
                TableText.Write(context.Out, ["id", "severity", "title", "place"], rows);
                return CodeOf(set);
            }
        );
    }

    static CliCommand Show(CliHost host)
    {
        var id = new Argument<string>("ID") { Description = "The rule's id" };
        var rules = new RuleOptions();
        var command = new CliCommand("show", "Shows a rule as it will be run.")
        {
            Usage = "ID [--rules PATH]",
            Examples = [new("auditrules rules show AR1001", "Its steps, patterns, keys and windows")],
        };
        command.Add(id);
        rules.AddTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                using var set = rules.Load(context, parse);
                var wanted = parse.GetRequiredValue(id);
                var rule = set.Rules.FirstOrDefault(r => r.Info.Id == wanted);
                if (rule is not null)
                {
                    RuleText.Write(context.Out, rule);
                    return CodeOf(set);
                }

                var nearest = NearestName.Find(wanted, set.Rules.Select(r => r.Info.Id));
                throw new CommandFailure(
                    ExitCode.NoInput,
                    $"there is no rule {wanted}",
                    (nearest is null ? "" : $"Did you mean {nearest}? ") + "auditrules rules list lists them."
                );
            }
        );
    }

    static IEnumerable<RulePlan> InOrder(RuleSet set) =>
        set.Rules.OrderBy(r => r.Info.Id, StringComparer.Ordinal);

    static ExitCode CodeOf(RuleSet set) => set.LeftOut.IsEmpty ? ExitCode.Clean : ExitCode.RuleFailed;
}
