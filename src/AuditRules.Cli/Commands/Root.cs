using System.Collections.Immutable;
using System.CommandLine;
using AuditRules.Cli.Commands.Cut;
using AuditRules.Cli.Commands.Demo;
using AuditRules.Cli.Commands.Import;
using AuditRules.Cli.Commands.Init;
using AuditRules.Cli.Commands.Inspect;
using AuditRules.Cli.Commands.Pack;
using AuditRules.Cli.Commands.Record;
using AuditRules.Cli.Commands.Replay;
using AuditRules.Cli.Commands.Rules;
using AuditRules.Cli.Commands.Seal;
using AuditRules.Cli.Commands.Test;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;

namespace AuditRules.Cli.Commands;

/// <summary>All commands.</summary>
static class Root
{
    const string Description =
        "Records the audit events of Python programs and replays them against rules written in F#.";

    /// <summary>The way of a new user.</summary>
    public static ImmutableArray<Example> Examples { get; } =
    [
        new("auditrules demo", "See it work"),
        new("auditrules record -o run.atrace -- python3 app.py", "Record a program of your own"),
        new("auditrules replay run.atrace", "Report what the rules find in it"),
    ];

    /// <summary>The root command with all others below it.</summary>
    /// <param name="host">What surrounds the command.</param>
    /// <param name="program">The words behind <c>--</c> of <c>record</c>; null without it.</param>
    public static RootCommand Create(CliHost host, IReadOnlyList<string>? program)
    {
        var root = new RootCommand(Description);
        root.Options.Clear();
        root.Directives.Clear();
        root.Add(
            new System.CommandLine.Help.HelpOption
            {
                Description = "Explain a command, with examples",
                Action = new HelpTextAction(host),
            }
        );
        root.Add(new VersionOption { Description = "Print the version", Action = new VersionAction(host) });
        root.Add(CommonOptions.Quiet);
        root.Add(CommonOptions.NoColor);
        root.Add(RecordCommand.Create(host, program));
        root.Add(ReplayCommand.Create(host));
        root.Add(TestCommand.Create(host));
        root.Add(InspectCommand.Create(host));
        root.Add(ImportCommand.Create(host));
        root.Add(PackCommand.Create(host));
        root.Add(RecoverCommand.Create(host));
        root.Add(VerifyCommand.Create(host));
        root.Add(SealCommand.Create(host));
        root.Add(CutCommand.Create(host));
        root.Add(RulesCommand.Create(host));
        root.Add(InitCommand.Create(host));
        root.Add(DemoCommand.Create(host));
        return root;
    }
}
