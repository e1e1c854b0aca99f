using System.CommandLine;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.RuleSets;

/// <summary>The options that choose rules and how they are compiled. One instance a command.</summary>
sealed class RuleOptions
{
    const string WithDefault =
        "Folder of rules, or a rule file; several are allowed (default: ./rules, else the rules that come with AuditRules)";

    public RuleOptions(string description = WithDefault) =>
        Rules = new("--rules", "-r")
        {
            Description = description,
            HelpName = "PATH",
            Arity = ArgumentArity.OneOrMore,
        };

    public Option<string[]> Rules { get; }

    public Option<bool> NoCache { get; } =
        new("--no-cache") { Description = "Compile the rules afresh, and keep nothing" };

    public Option<bool> TrustRules { get; } =
        new("--trust-rules")
        {
            Description = "Let rules do what any program may: files, programs, the network",
        };

    public void AddTo(Command command)
    {
        command.Add(Rules);
        AddCompilingTo(command);
    }

    /// <summary>Adds how rules are compiled, without which.</summary>
    public void AddCompilingTo(Command command)
    {
        command.Add(NoCache);
        command.Add(TrustRules);
    }

    /// <summary>Finds and compiles the rules that were asked for.</summary>
    public RuleSet Load(CommandContext context, ParseResult parse) =>
        Load(context, parse, RuleFiles.Find(context, parse.GetValue(Rules) ?? []));

    /// <summary>Compiles those files.</summary>
    public RuleSet Load(CommandContext context, ParseResult parse, RuleFiles files) =>
        RuleSet.Compile(context, files, parse.GetValue(NoCache), parse.GetValue(TrustRules));
}
