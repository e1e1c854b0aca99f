using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Parsing;

/// <summary>Gives commands what they do.</summary>
static class CommandActions
{
    /// <summary>The command runs that and ends with its code.</summary>
    public static CliCommand Runs(
        this CliCommand command,
        CliHost host,
        Func<CommandContext, ParseResult, ExitCode> run
    ) => command.Runs(host, (context, parse) => (int)run(context, parse));

    /// <summary>The command runs that and ends with a number that need not be one of ours.</summary>
    public static CliCommand Runs(
        this CliCommand command,
        CliHost host,
        Func<CommandContext, ParseResult, int> run
    )
    {
        command.SetAction(parse =>
        {
            var context = new CommandContext(host, parse);
            var code = run(context, parse);
            context.Flush();
            return code;
        });
        return command;
    }
}
