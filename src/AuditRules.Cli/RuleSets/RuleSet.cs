using System.Collections.Immutable;
using System.Diagnostics;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Detection.Plans;
using AuditRules.Events.Diagnostics;
using AuditRules.Reporting.Terminal;
using AuditRules.Scripting;

namespace AuditRules.Cli.RuleSets;

/// <summary>Compiled rules of a command. They can be used until it is disposed.</summary>
sealed class RuleSet : IDisposable
{
    readonly CompiledRules _compiled;

    RuleSet(CompiledRules compiled, RuleFiles files, PathNames paths, long milliseconds)
    {
        _compiled = compiled;
        Files = files;
        Rules = [.. compiled.Rules.Select(plan => WithShownPath(plan, paths))];
        Milliseconds = milliseconds;
    }

    /// <summary>Where the rules come from.</summary>
    public RuleFiles Files { get; }

    /// <summary>The rules; their places are paths as reports show them.</summary>
    public ImmutableArray<RulePlan> Rules { get; }

    /// <summary>What is said of files that ended their process or did not come back when they were loaded.</summary>
    public ImmutableArray<Diagnostic> LeftOut => [.. _compiled.LeftOut];

    /// <summary>How long it took to get them.</summary>
    public long Milliseconds { get; }

    /// <summary>Compiles the files. Diagnostics go to standard error; an error ends the command with 78.</summary>
    public static RuleSet Compile(CommandContext context, RuleFiles files, bool noCache, bool trusted)
    {
        if (!files.Named)
            context.Note($"auditrules: using the rules in {context.Paths.Show(files.Folder)}");
        var clock = Stopwatch.StartNew();
        var compiled = Compile(context, files, CacheFolder.Of(context.Host, noCache), trusted);
        Show(context, compiled.Diagnostics);
        DiagnosticText.Write(context.Messages, compiled.LeftOut);
        if (compiled.HasErrors)
            throw Stop(compiled, CommandFailure.Said(ExitCode.BadRules));
        if (compiled.Rules.Count == 0 && compiled.LeftOut.Count == 0)
        {
            throw Stop(
                compiled,
                new CommandFailure(
                    ExitCode.BadRules,
                    $"no rule in {context.Paths.Show(files.Files[0])}{(files.Files.Length > 1 ? " and the other files" : "")}",
                    "A rule is a public top-level value: let name = rule (\"ID\", \"title\", High) { ... }"
                )
            );
        }

        return new(compiled, files, context.Paths, clock.ElapsedMilliseconds);
    }

    public void Dispose() => ((IDisposable)_compiled).Dispose();

    /// <summary>What is wrong with the files, without running anything of them.</summary>
    public static IReadOnlyList<Diagnostic> Check(CommandContext context, RuleFiles files, bool trusted) =>
        Reading(() => Compiler(context, files, "", trusted).Check(files.Files));

    /// <summary>All that is to be said of the files and of the rules in them.</summary>
    public static IReadOnlyList<Diagnostic> Lint(
        CommandContext context,
        RuleFiles files,
        bool noCache,
        bool trusted
    ) =>
        Reading(() =>
            Compiler(context, files, CacheFolder.Of(context.Host, noCache), trusted)
                .Lint(files.Files, rules => context.Host.Worker?.Begin([.. rules], "its examples") ?? new())
        );

    static CompiledRules Compile(CommandContext context, RuleFiles files, string cache, bool trusted) =>
        Reading(() => Compiler(context, files, cache, trusted).Compile(files.Files));

    static RuleCompiler Compiler(CommandContext context, RuleFiles files, string cache, bool trusted)
    {
        var options = new RuleCompilerOptions
        {
            CacheFolder = cache,
            RulesFolders = files.Folders,
            CurrentFolder = context.Host.CurrentFolder,
            Trusted = trusted,
        };
        context.Host.Worker?.Prepare(options);
        return new(options);
    }

    static T Reading<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.NoInput, $"a rule file cannot be read: {e.Message}");
        }
    }

    static void Show(CommandContext context, IReadOnlyList<Diagnostic> diagnostics)
    {
        var shown = context.Quiet
            ? diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)
            : diagnostics;
        DiagnosticText.Write(context.Messages, shown);
    }

    static CommandFailure Stop(CompiledRules compiled, CommandFailure failure)
    {
        ((IDisposable)compiled).Dispose();
        return failure;
    }

    static RulePlan WithShownPath(RulePlan plan, PathNames paths) =>
        plan with
        {
            Info = plan.Info with
            {
                Source = plan.Info.Source with { File = paths.Show(plan.Info.Source.File) },
            },
        };
}
