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
    /// <param name="words">The command line; what it names alone is made of the commands, if it names one.</param>
    /// <param name="program">The words behind <c>--</c> of <c>record</c>; null without it.</param>
    public static RootCommand Create(
        CliHost host,
        IReadOnlyList<string> words,
        IReadOnlyList<string>? program
    )
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
        foreach (var command in CommandsOf(host, words, program))
            root.Add(command);
        return root;
    }

    static IEnumerable<Command> CommandsOf(
        CliHost host,
        IReadOnlyList<string> words,
        IReadOnlyList<string>? program
    )
    {
        Named[] all =
        [
            new("record", () => RecordCommand.Create(host, program)),
            new("replay", () => ReplayCommand.Create(host)),
            new("test", () => TestCommand.Create(host)),
            new("inspect", () => InspectCommand.Create(host)),
            new("import", () => ImportCommand.Create(host)),
            new("pack", () => PackCommand.Create(host)),
            new("recover", () => RecoverCommand.Create(host)),
            new("verify", () => VerifyCommand.Create(host)),
            new("seal", () => SealCommand.Create(host)),
            new("cut", () => CutCommand.Create(host)),
            new("rules", () => RulesCommand.Create(host)),
            new("init", () => InitCommand.Create(host)),
            new("demo", () => DemoCommand.Create(host)),
        ];
        var first = words.FirstOrDefault(w => !w.StartsWith('-'));
        var named = all.Where(c => c.Name == first && !words.Contains("--"));
        return (named.Any() ? named : all).Select(c => c.Create());
    }

    sealed record Named(string Name, Func<Command> Create);
}
