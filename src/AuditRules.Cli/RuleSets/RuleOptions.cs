using System.CommandLine;
using System.CommandLine.Parsing;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Ranges;
using AuditRules.Events.Diagnostics;

namespace AuditRules.Cli.RuleSets;

/// <summary>The options that choose rules and how they are compiled. One instance a command.</summary>
sealed class RuleOptions
{
    const string Default = "(default: ./rules, else the rules that come with AuditRules)";
    const string WithDefault = $"Folder of rules, or a rule file; several are allowed {Default}";

    const long UsualTimeout = 2_000; // ms
    const long LeastTimeout = 100; // ms: below it a compiler that warms up counts
    const long NanosecondsPerMillisecond = 1_000_000;

    public RuleOptions(string description = WithDefault) =>
        Rules = new("--rules", "-r")
        {
            Description = description,
            HelpName = "PATH",
            Arity = ArgumentArity.OneOrMore,
        };

    public Option<string[]> Rules { get; }

    /// <summary>The rules of a command that takes them as its arguments, as <see cref="RuleFiles.Find"/> wants them.</summary>
    /// <param name="name">What the usage line calls them.</param>
    public static Argument<string[]> Paths(string name = "PATH") =>
        new(name)
        {
            Description = $"Folder of rules, or a rule file {Default}",
            Arity = ArgumentArity.ZeroOrMore,
        };

    public Option<bool> NoCache { get; } =
        new("--no-cache") { Description = "Compile the rules afresh, and keep nothing" };

    public Option<bool> TrustRules { get; } =
        new("--trust-rules")
        {
            Description = "Let rules do what any program may: files, programs, the network",
        };

    /// <summary>How long code of a rule may take without coming back (docs/cli.md, C111).</summary>
    public Option<long?> Timeout { get; } =
        new("--rule-timeout")
        {
            Description = "How long a rule may take over one event, as 500ms or 10s (default: 2s)",
            HelpName = "TIME",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = ReadTimeout,
        };

    public void AddTo(Command command)
    {
        command.Add(Rules);
        AddCompilingTo(command);
    }

    /// <summary>Adds all but <c>--rules</c>, for commands that take rules as their arguments.</summary>
    public void AddCompilingTo(Command command)
    {
        command.Add(NoCache);
        command.Add(TrustRules);
        command.Add(Timeout);
    }

    /// <summary>Finds and compiles the rules that were asked for.</summary>
    public RuleSet Load(CommandContext context, ParseResult parse) =>
        Load(context, parse, RuleFiles.Find(context, parse.GetValue(Rules) ?? []));

    /// <summary>All that is to be said of those files.</summary>
    public IReadOnlyList<Diagnostic> Lint(CommandContext context, ParseResult parse, RuleFiles files)
    {
        Limit(context, parse);
        return RuleSet.Lint(context, files, parse.GetValue(NoCache), parse.GetValue(TrustRules));
    }

    void Limit(CommandContext context, ParseResult parse) =>
        context.Host.Worker?.Watch.Limit = parse.GetValue(Timeout) ?? UsualTimeout;

    /// <summary>Compiles those files as was asked for.</summary>
    public RuleSet Load(CommandContext context, ParseResult parse, RuleFiles files)
    {
        Limit(context, parse);
        return RuleSet.Compile(context, files, parse.GetValue(NoCache), parse.GetValue(TrustRules));
    }

    /// <summary>The words of a replay with the same rules.</summary>
    public IEnumerable<string> Words(ParseResult parse)
    {
        yield return "replay";
        foreach (var path in parse.GetValue(Rules) ?? [])
        {
            yield return "--rules";
            yield return path;
        }

        if (parse.GetValue(NoCache))
            yield return NoCache.Name;
        if (parse.GetValue(TrustRules))
            yield return TrustRules.Name;
        if (parse.GetValue(Timeout) is { } milliseconds)
        {
            yield return Timeout.Name;
            yield return FormattableString.Invariant($"{milliseconds}ms");
        }
    }

    static long? ReadTimeout(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (RangeBound.ParseSpan(text) is { } time && time >= LeastTimeout * NanosecondsPerMillisecond)
            return time / NanosecondsPerMillisecond;
        result.AddError($"--rule-timeout takes a time of at least 100ms, as 500ms, 10s or 1m; not {text}");
        return null;
    }
}
