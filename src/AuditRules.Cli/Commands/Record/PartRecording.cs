using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Recording;

namespace AuditRules.Cli.Commands.Record;

/// <summary><c>record --rotate</c>: a recording in parts (docs/cli.md, C98 to C100).</summary>
static class PartRecording
{
    /// <summary>Records into parts.</summary>
    /// <param name="context">The command.</param>
    /// <param name="options">What is recorded, and the parts, of which no file is there.</param>
    /// <param name="strict">Whether a loss or a suspicion fails the command.</param>
    /// <returns>The exit code of <c>record</c> (docs/cli.md, C21 and C22).</returns>
    public static int Run(CommandContext context, RecordingOptions options, bool strict)
    {
        Require(context, options.Parts!);
        var result = Recording.Run(context, options, Stream.Null);
        if (result.Failure is not null)
            return result.ExitCode;
        if (result.Packed is null)
        {
            if (result.Parts.Count > 0)
                context.Messages.Line($"  In place are {Names(context, result.Parts)}.");
            return Recording.AfterProblem(result);
        }

        Recording.Tell(context, result, Where(context, result.Parts));
        Recording.TellHead(context, result.Packed);
        if (result.Parts.Count > 1)
            context.Note(
                $"  It is that of {context.Paths.Show(result.Parts[^1].Path)}; each part has the head of the one before (inspect)."
            );
        return Recording.StatusOf(result, strict);
    }

    // Before the program starts.
    static void Require(CommandContext context, PartFiles parts)
    {
        using (OutputFile.Create(context, parts.PathOf(1), endsBySignal: false)) { }
        try
        {
            if (parts.Taken() is { } taken)
                throw OutputFile.Failure(
                    context,
                    taken,
                    "it is there already, and parts of two recordings would be mixed",
                    "Name another file with -o, or move the parts of the other recording away."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw OutputFile.Failure(context, parts.PathOf(1), OutputFile.Why(e));
        }
    }

    static string Where(CommandContext context, IReadOnlyList<RecordedPart> parts)
    {
        var all = parts[^1].Number;
        var count = string.Create(CultureInfo.InvariantCulture, $" in {all:N0} part{(all == 1 ? "" : "s")}");
        return parts.Count == all
            ? $"{count}, {Names(context, parts)}"
            : $"{count}, of which are kept {Names(context, parts)}";
    }

    static string Names(CommandContext context, IReadOnlyList<RecordedPart> parts)
    {
        var first = context.Paths.Show(parts[0].Path);
        return parts.Count == 1 ? first : $"{first} to {context.Paths.Show(parts[^1].Path)}";
    }
}
