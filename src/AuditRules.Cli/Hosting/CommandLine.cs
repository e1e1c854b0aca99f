using System.CommandLine;
using AuditRules.Cli.Commands;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Supervision;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Hosting;

/// <summary>The command <c>auditrules</c>: from words to an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs a command as this process. Never throws.</summary>
    /// <param name="arguments">The words behind the program's name.</param>
    /// <returns>The exit code (docs/cli.md, section 2).</returns>
    public static int RunProcess(IReadOnlyList<string> arguments)
    {
        if (Worker.IsMeant(arguments))
            return Worker.Run(arguments, RunAt);
        // /proc, and the end of a child with its parent, are Linux's own.
        return OperatingSystem.IsLinux() && RuleCommands.Has(arguments)
            ? Guard(arguments, CliHost.OfProcess, () => Supervisor.Run(arguments))
            : RunAt(arguments, CliHost.OfProcess());
    }

    /// <summary>Runs a command. Never throws.</summary>
    /// <param name="arguments">The words behind the program's name.</param>
    /// <param name="host">What surrounds the command.</param>
    /// <returns>The exit code (docs/cli.md, section 2).</returns>
    public static int Run(IReadOnlyList<string> arguments, CliHost host) =>
        Guard(
            arguments,
            () => host,
            () =>
            {
                var code = Invoke(arguments, host);
                host.Output.Flush();
                return code;
            }
        );

    static int RunAt(IReadOnlyList<string> arguments, CliHost host)
    {
        if (host.CurrentFolder.Length > 0)
            return Run(arguments, host);
        Say(
            new CommandContext(host),
            new CommandFailure(
                ExitCode.NoInput,
                "the current folder is gone",
                "Change to a folder that there is."
            )
        );
        return IsRecord(arguments) ? ExitCodes.RecorderFailed : (int)ExitCode.NoInput;
    }

    static int Guard(IReadOnlyList<string> arguments, Func<CliHost> host, Func<int> run)
    {
        try
        {
            return run();
        }
#pragma warning disable CA1031 // Whatever it is: a user gets a message and a code, never a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var failure = FailureOf(e);
            var at = host();
            Say(new CommandContext(at), failure);
            if (failure.Code == ExitCode.Fault && at.Variable("AUDITRULES_DEBUG") == "1")
                at.Error.WriteLine(e);
            return IsRecord(arguments) ? ExitCodes.RecorderFailed : (int)failure.Code;
        }
    }

    static CommandFailure FailureOf(Exception e) =>
        e switch
        {
            CommandFailure failure => failure,
            IOException => new(ExitCode.NoOutput, $"the output cannot be written: {e.Message}"),
            _ => new(
                ExitCode.Fault,
                $"a fault of AuditRules itself: {e.GetType().Name}: {e.Message}",
                "Please report it with the command that you typed; AUDITRULES_DEBUG=1 shows where it was."
            ),
        };

    // Before its program starts, record has one code for all that is wrong (C21).
    static bool IsRecord(IReadOnlyList<string> arguments) =>
        arguments.FirstOrDefault(a => !a.StartsWith('-')) == "record";

    static int Invoke(IReadOnlyList<string> arguments, CliHost host)
    {
        // As git and dotnet have it.
        if (arguments is ["help", ..])
            arguments = [.. arguments.Skip(1), "--help"];
        var split = ProgramWords.Split(arguments);
        var root = Root.Create(host, split.Own, split.Program);
        // A word that begins with @ is a word.
        var parse = root.Parse(split.Own, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (
            parse.Action is not HelpTextAction and not VersionAction
            && UsageErrors.Find(parse) is var (what, advice)
        )
            throw new CommandFailure(ExitCode.Usage, what, advice);
        return parse.Invoke(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = TextWriter.Null,
                Error = TextWriter.Null,
            }
        );
    }

    static void Say(CommandContext context, CommandFailure failure)
    {
        if (failure.Silent)
            return;
        context.Messages.Write(new StyledLine().Add("auditrules: ", Tone.Bad).Add(failure.Message));
        if (failure.Advice.Length > 0)
            context.Messages.Line($"  {failure.Advice}");
    }
}
