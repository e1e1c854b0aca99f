using System.CommandLine;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.RuleSets;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Init;

/// <summary><c>init</c>: makes a folder in which rules can be written (docs/cli.md, section 13).</summary>
static class InitCommand
{
    public static CliCommand Create(CliHost host)
    {
        var folder = new Argument<string>("FOLDER")
        {
            Description = "The project's folder; made where it is not there (default: the current folder)",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => ".",
        };
        var command = new CliCommand("init", "Makes a folder of rules: a sample, a recording, a CI workflow.")
        {
            Usage = "[FOLDER]",
            Examples =
            [
                new("auditrules init", "In the current folder: rules, recordings and .github/workflows"),
                new("auditrules init my-project", "In another one"),
            ],
            Details = """
                Files that are there already are left as they are, but for rules/auditrules.fsx: it tells
                editors where the rule language lies on this machine, and is made anew. Where there are
                rules, only that file is written, and a .gitignore for it.
                """,
        };
        command.Add(folder);
        return command.Runs(host, (context, parse) => Run(context, parse.GetRequiredValue(folder)));
    }

    static ExitCode Run(CommandContext context, string folder)
    {
        var full = context.Paths.Full(folder);
        var hasRules = RuleFiles.AreIn(context, Path.Combine(full, RuleFiles.FolderName));
        foreach (var file in StarterFiles.Of(context.Host).Where(f => !(hasRules && f.IsSample)))
        {
            var path = Path.Combine(full, file.Path);
            var isThere = File.Exists(path);
            if (!isThere || file.Replaces)
                Write(context, path, file.Content);
            var what =
                !isThere ? "wrote"
                : file.Replaces ? "made anew"
                : "left as it was";
            context.Note($"auditrules: {what}: {context.Paths.Show(path)}");
        }

        if (hasRules)
            context.Note("auditrules: there are rules: no sample, recording or workflow was written");
        TellNext(context, folder, hasRules);
        return ExitCode.Clean;
    }

    static void Write(CommandContext context, string path, Func<byte[]> content)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputFile.Failure(
                context,
                path,
                OutputFile.Why(e),
                "Name another folder, or make room in this one."
            );
        }

        using var output = OutputFile.Create(context, path);
        output.Stream.Write(content());
        output.Complete(context);
    }

    static void TellNext(CommandContext context, string folder, bool hasRules)
    {
        var program = context.Host.Program;
        var rule = Path.Combine(folder, StarterFiles.Rule);
        context.Out.Line("Next:", Tone.Strong);
        if (context.Paths.Show(folder) != ".")
            context.Out.Line($"  cd {context.Paths.Show(folder)}");
        context.Out.Line($"  {program} test");
        context.Out.Line($"  {program} record --rules rules -- python3 app.py");
        if (hasRules)
            return;
        context.Out.Line(
            $"The first rule is in {context.Paths.Show(rule)}; `{program} test` runs its examples."
        );
    }
}
