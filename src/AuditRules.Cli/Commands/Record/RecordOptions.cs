using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Recording;
using AuditRules.Recording.Packing;

namespace AuditRules.Cli.Commands.Record;

/// <summary>The options that say what is recorded of a program.</summary>
sealed class RecordOptions
{
    readonly Option<string> _profile = new Option<string>("--profile")
    {
        Description = "security (all but noise) or all (default: security)",
        HelpName = "PROFILE",
        DefaultValueFactory = _ => "security",
    }.OneOf("security", "all");

    readonly Option<string[]> _include = new("--include")
    {
        Description = "Events to record although the profile drops them, as 'marshal.*'; several are allowed",
        HelpName = "GLOB",
        Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Events not to record, as 'os.listdir'; several are allowed",
        HelpName = "GLOB",
        Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string> _env = new Option<string>("--env")
    {
        Description = "Environments in events: none, keys (values as pseudonyms) or all (default: keys)",
        HelpName = "MODE",
        DefaultValueFactory = _ => "keys",
    }.OneOf("none", "keys", "all");

    readonly Option<bool> _noRedact = new("--no-redact")
    {
        Description = "Leave passwords, tokens and keys in texts as they are",
    };

    readonly Option<bool> _noFrames = new("--no-frames")
    {
        Description = "Do not record which file and line caused an event",
    };

    readonly Option<string> _hook = new Option<string>("--hook")
    {
        Description = "native, python (sees less) or auto (default: auto)",
        HelpName = "HOOK",
        DefaultValueFactory = _ => "auto",
    }.OneOf("native", "python", "auto");

    readonly Option<bool> _progress = new("--progress")
    {
        Description = "Show how it goes, also where standard output is a terminal",
    };

    /// <summary>Whether progress is shown where the program writes to the terminal too.</summary>
    public bool WantsProgress(ParseResult parse) => parse.GetValue(_progress);

    readonly Option<long?> _maxSize = OptionWords.Size(
        "--max-size",
        PackOptions.LeastMaxSize,
        "The most that the trace may have: later events are counted, not recorded"
    );

    readonly Option<PartLimits?> _rotate = RotateOption.Create();

    readonly Option<int?> _keep = OptionWords.Count(
        "--keep",
        "With --rotate: keep the last N parts and remove older ones of this recording"
    );

    /// <summary>Where the recording goes in parts; null without --rotate.</summary>
    /// <exception cref="CommandFailure">The options do not go together.</exception>
    public PartFiles? Parts(ParseResult parse, CommandContext context, string path, bool replays)
    {
        var keep = parse.GetValue(_keep);
        if (parse.GetValue(_rotate) is not { } limits)
            return keep is null
                ? null
                : throw Refuse("--keep needs --rotate", "As in: --rotate 100M --keep 10");
        if (keep == 0)
            throw Refuse(
                "--keep takes a whole number of at least 1, not 0",
                "As in: --rotate 100M --keep 10"
            );
        if (replays)
            throw Refuse(
                "--rotate and --rules do not go together: a part alone is not the whole recording",
                "Record without --rules; then pack the parts into one trace, and replay that."
            );
        var full = context.Paths.Full(path);
        if (path == "-" || full.StartsWith("/dev/", StringComparison.Ordinal))
            throw Refuse(
                $"--rotate writes files beside each other, and {path} is none",
                "Name a file with -o, as in: --rotate 100M -o run.atrace"
            );
        return new PartFiles(full, limits, keep);
    }

    static CommandFailure Refuse(string message, string advice) => new(ExitCode.Usage, message, advice);

    public void AddTo(Command command)
    {
        command.Add(_profile);
        command.Add(_include);
        command.Add(_exclude);
        command.Add(_env);
        command.Add(_noRedact);
        command.Add(_noFrames);
        command.Add(_hook);
        command.Add(_maxSize);
        command.Add(_rotate);
        command.Add(_keep);
        command.Add(_progress);
    }

    public RecordingOptions Read(ParseResult parse, IReadOnlyList<string> program) =>
        new()
        {
            Command = program,
            Profile = Parse<RecordingProfile>(parse.GetValue(_profile)),
            Include = parse.GetValue(_include) ?? [],
            Exclude = parse.GetValue(_exclude) ?? [],
            EnvironmentValues = Parse<EnvironmentValues>(parse.GetValue(_env)),
            Redact = !parse.GetValue(_noRedact),
            Callers = !parse.GetValue(_noFrames),
            MaxSize = parse.GetValue(_maxSize),
            Hook = Parse<HookChoice>(parse.GetValue(_hook)),
        };

    static T Parse<T>(string? name)
        where T : struct, Enum => Enum.Parse<T>(name!, ignoreCase: true);
}
