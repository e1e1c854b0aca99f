using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Recording;
using AuditRules.Recording.Packing;
using AuditRules.Reporting.Terminal;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Commands.Record;

/// <summary>Runs the program, writes its trace and says what was recorded.</summary>
static class Recording
{
    /// <summary>Records into a file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="options">What is recorded.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">Whether a loss or a suspicion fails the command.</param>
    /// <param name="keeps">False when the file is gone after the command: then its name is not said.</param>
    /// <returns>The exit code of <c>record</c> (docs/cli.md, C21 and C22).</returns>
    public static int Run(
        CommandContext context,
        RecordingOptions options,
        string path,
        bool strict,
        bool keeps = true
    )
    {
        // Before the program starts: that the trace cannot be written is no news for afterwards.
        using var file = OutputFile.Create(context, path, endsBySignal: false);
        var result = Run(context, options with { Written = () => Complete(context, file) }, file.Stream);
        if (result.Failure is not null)
            return result.ExitCode;
        if (result.Packed is null)
            return AfterProblem(result);
        Tell(context, result, keeps ? $" in {context.Paths.Show(path)}" : ", not kept; -o FILE keeps it");
        if (keeps)
            TellHead(context, result.Packed);
        return StatusOf(result, strict);
    }

    /// <summary>The status where all was written (docs/cli.md, C21 and C22).</summary>
    public static int StatusOf(RecordingResult result, bool strict)
    {
        var isDoubtful = result.Packed!.Losses.Count > 0 || result.Packed.Suspicions.Count > 0;
        return strict && isDoubtful ? ExitCodes.RecorderFailed : result.ExitCode;
    }

    // Before the segments are removed: whenever this process is killed, one of the two has the recording.
    static void Complete(CommandContext context, OutputFile file)
    {
        try
        {
            file.Complete(context);
        }
        catch (CommandFailure failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>Records into a stream; says so when the program did not start or the trace was not written.</summary>
    public static RecordingResult Run(CommandContext context, RecordingOptions options, Stream trace)
    {
        context.Flush();
        RecordingResult result;
        try
        {
            result = RecordingSession.Run(
                options with
                {
                    WorkingDirectory = context.Host.CurrentFolder,
                },
                trace
            );
        }
        catch (ArgumentException e)
        {
            throw new CommandFailure(ExitCode.Usage, e.Message.Split(" (Parameter", 2)[0]);
        }

        if (result.Failure is { } failure)
            Say(context, failure.Message);
        if (result.Problem is { } problem)
            Say(context, problem);
        if (result.KeptFolder is { } kept)
            context.Messages.Line(
                options.Parts is null
                    ? $"  What was recorded is in {kept}: auditrules recover {kept} -o run.atrace"
                    : $"  What is in no part is in {kept}: auditrules recover {kept} -o rest.atrace"
            );
        return result;
    }

    /// <summary>The status where the program ran and the trace could not be written (docs/cli.md, C22).</summary>
    public static int AfterProblem(RecordingResult result) =>
        result.ExitCode != 0 ? result.ExitCode : ExitCodes.RecorderFailed;

    /// <summary>Says what was recorded (docs/cli.md, C47).</summary>
    public static void Tell(CommandContext context, RecordingResult result, string where)
    {
        Tell(context, result.Packed!, where);
        if (result.Packed!.RecordedProcesses > 0)
            return;
        context.Messages.Line("auditrules: no Python ran under the hook, so there is nothing in the trace");
        context.Messages.Line(
            result.Hook == HookChoice.Python
                ? "  It needs CPython 3.8 or later, without the options -I, -E and -S, which turn the Python hook off."
                : "  It needs CPython 3.8 or later, started with the environment that record gives (LD_PRELOAD)."
        );
    }

    /// <summary>Says what was packed, and where it is, as <c> in run.atrace</c>.</summary>
    public static void Tell(CommandContext context, PackResult packed, string where)
    {
        var events = packed.Totals.Events;
        var processes = packed.RecordedProcesses;
        context.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"auditrules: {events:N0} event{S(events)} of {processes:N0} process{(processes == 1 ? "" : "es")}{where}"
            )
        );
        // Of processes that still run more is to be said than that something is lost.
        foreach (var loss in LossText.Of(packed.Losses.Where(l => l.Reason != LossReasons.StillRunning)))
            context.Messages.Line($"auditrules: lost {loss}", Tone.Warning);
        foreach (var suspicion in SuspicionText.Of(packed.Suspicions))
            context.Messages.Line($"auditrules: suspicious: {suspicion}", Tone.Warning);
        if (packed.Losses.Any(loss => loss.Reason == LossReasons.MaxSize))
            context.Messages.Line(
                "auditrules: the trace has the size that --max-size allows; give it more, or record less (--exclude)",
                Tone.Warning
            );
        TellRunning(context, packed.StillRunning);
        foreach (var program in NotRecordedText.Some(packed.NotRecorded))
            context.Messages.Line($"auditrules: perhaps not recorded: {program}", Tone.Warning);
        foreach (var refused in packed.Refused)
            context.Messages.Line($"auditrules: left out {refused}", Tone.Warning);
    }

    /// <summary>Says the head of the trace that was written, for whoever keeps it elsewhere (docs/cli.md, C83).</summary>
    public static void TellHead(CommandContext context, PackResult packed)
    {
        if (packed.Head is { } head)
            context.NoteHead(head);
    }

    static void TellRunning(CommandContext context, int processes)
    {
        if (processes == 0)
            return;
        var text =
            processes == 1
                ? "1 recorded process still runs; what it does"
                : $"{processes} recorded processes still run; what they do";
        context.Messages.Line($"auditrules: {text} from here on is not in the trace", Tone.Warning);
    }

    static string S(long count) => count == 1 ? "" : "s";

    static void Say(CommandContext context, string message) =>
        context.Messages.Write(new StyledLine().Add("auditrules: ", Tone.Bad).Add(message));
}
