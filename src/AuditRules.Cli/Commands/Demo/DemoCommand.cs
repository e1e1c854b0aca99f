using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;
using AuditRules.Recording;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Demo;

/// <summary><c>demo</c>: the way from a program to a finding, on a small program (docs/cli.md, section 10).</summary>
static class DemoCommand
{
    public static CliCommand Create(CliHost host)
    {
        var command = new CliCommand("demo", "Records a small program and shows what is found.")
        {
            Usage = "",
            Examples =
            [
                new("auditrules demo", "Harmless: it reads a secret that it made up, and connects to itself"),
            ],
        };
        return command.Runs(host, (context, _) => Run(context));
    }

    static ExitCode Run(CommandContext context)
    {
        var files = DemoFiles.Find(context.Host);
        // First of all: the finding must not wait for the compiler.
        using var rules = RuleSet.Compile(
            context,
            new RuleFiles([files.Rule], [], Named: true),
            noCache: false,
            trusted: false
        );
        var trace = Record(context, files) ?? Shipped(context, files);
        context.Out.Line();
        context.Out.Line($"Replaying it against the rule in {context.Paths.Show(files.Rule)}:");
        context.Out.Line();
        var report = ReplayRun.Of(context, [trace], rules, timings: false);
        TextReport.Write(context.Out, report, new TextReportOptions(context.Quiet, Verbose: false));
        TellNext(context, trace);
        return report.Totals.Findings > 0
            ? ExitCode.Clean
            : throw new CommandFailure(
                ExitCode.Fault,
                "the demo's finding is not there",
                $"Please report it with what this prints: {context.Host.Program} inspect {trace}"
            );
    }

    /// <summary>Records the program; null when it cannot be recorded here, which is said.</summary>
    static string? Record(CommandContext context, DemoFiles files)
    {
        if (DemoFiles.FindPython(context.Host) is not { } python)
        {
            context.Out.Line("No Python was found (python3 or python in PATH), so nothing can be recorded.");
            return null;
        }

        context.Out.Line($"Recording: {python} {context.Paths.Show(files.Program)}");
        context.Out.Line("  It makes up a secret in a folder of its own, reads it, sends it to itself.");
        var trace = Path.Combine(
            Directory.CreateTempSubdirectory("auditrules-demo-").FullName,
            "demo.atrace"
        );
        using var stream = new FileStream(trace, FileMode.CreateNew, FileAccess.ReadWrite);
        context.Flush();
        var result = RecordingSession.Run(
            new RecordingOptions
            {
                Command = [python, files.Program],
                WorkingDirectory = context.Host.CurrentFolder,
            },
            stream
        );
        if (Problem(result) is { } problem)
        {
            context.Out.Line($"It could not be recorded: {problem}.");
            return null;
        }

        context.Out.Line(
            FormattableString.Invariant($"  {result.Packed!.Totals.Events:N0} events, in {trace}")
        );
        return trace;
    }

    static string? Problem(RecordingResult result) =>
        result.Failure?.Message
        ?? result.Problem
        ?? (
            result.ExitCode != 0
                ? FormattableString.Invariant($"the program ended with {result.ExitCode}")
                : null
        )
        ?? (result.Packed!.Totals.Events == 0 ? "no event reached the recorder" : null);

    static string Shipped(CommandContext context, DemoFiles files)
    {
        context.Out.Line($"Here is one that was recorded before: {context.Paths.Show(files.Trace)}");
        return files.Trace;
    }

    static void TellNext(CommandContext context, string trace)
    {
        var program = context.Host.Program;
        context.Out.Line();
        context.Out.Line("Next, with a program of your own:", Tone.Strong);
        context.Out.Line($"  {program} record -o run.atrace -- python3 app.py");
        context.Out.Line($"  {program} replay run.atrace");
        context.Out.Line("or look at what was recorded just now:", Tone.Strong);
        context.Out.Line($"  {program} inspect {context.Paths.Show(trace)} --event 'socket.*'");
    }
}
