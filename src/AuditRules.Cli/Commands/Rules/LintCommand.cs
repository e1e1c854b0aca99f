using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;

namespace AuditRules.Cli.Commands.Rules;

/// <summary><c>rules lint</c>: all that is to be said of rules (docs/cli.md, C104).</summary>
static class LintCommand
{
    public static CliCommand Create(CliHost host)
    {
        var paths = RuleOptions.Paths();
        var options = new RuleOptions();
        var format = ReportOptions.FormatOption();
        var command = new CliCommand("lint", "Says all that is to be said of rules: errors, warnings, style.")
        {
            Usage = "[PATH...] [--format FORMAT]",
            Examples =
            [
                new("auditrules rules lint my-rules", "Exit with 1 on warnings, with 78 on errors"),
                new("auditrules rules lint my-rules --format jsonl", "One JSON object a problem"),
            ],
        };
        command.Add(paths);
        command.Add(format);
        options.AddCompilingTo(command);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var files = RuleFiles.Find(context, parse.GetValue(paths) ?? []);
                var told = options.Lint(context, parse, files);
                return DiagnosticOutput.Write(
                    context,
                    files,
                    told,
                    ReportOptions.IsJson(parse.GetValue(format)!)
                );
            }
        );
    }
}
