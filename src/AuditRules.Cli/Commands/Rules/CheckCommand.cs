using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.RuleSets;

namespace AuditRules.Cli.Commands.Rules;

/// <summary><c>rules check</c>: the text and the types of rule files (docs/cli.md, C72).</summary>
static class CheckCommand
{
    public static CliCommand Create(CliHost host)
    {
        var paths = RuleOptions.Paths();
        var trust = new RuleOptions().TrustRules;
        var command = new CliCommand("check", "Checks the text and types of rules, and runs nothing of them.")
        {
            Usage = "[PATH...]",
            Examples = [new("auditrules rules check my-rules", "Exit with 78 if one does not compile")],
        };
        command.Add(paths);
        command.Add(trust);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var files = RuleFiles.Find(context, parse.GetValue(paths) ?? []);
                var told = RuleSet.Check(context, files, parse.GetValue(trust));
                return DiagnosticOutput.Write(context, files, told, json: false);
            }
        );
    }
}
