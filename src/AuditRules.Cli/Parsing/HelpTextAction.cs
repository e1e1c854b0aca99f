using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Parsing;

/// <summary>Prints the help of the command that was typed.</summary>
sealed class HelpTextAction(CliHost host) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var context = new CommandContext(host, parseResult);
        HelpText.Write(context.Out, parseResult.CommandResult.Command);
        context.Flush();
        return 0;
    }
}

/// <summary>Prints the version.</summary>
sealed class VersionAction(CliHost host) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public static string Version =>
        typeof(VersionAction)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public override int Invoke(ParseResult parseResult)
    {
        var context = new CommandContext(host, parseResult);
        context.Out.Line($"auditrules {Version}");
        context.Flush();
        return 0;
    }
}
