using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Reporting.Terminal;
using AuditRules.Traces;

namespace AuditRules.Cli.Replaying;

/// <summary>Traces that a command reads.</summary>
static class TraceFiles
{
    const string Advice = "Make one with: auditrules record -o run.atrace -- PROGRAM";

    public static Stream Open(CommandContext context, string path) =>
        InputFile.Open(context, path, Advice, ".atrace");

    /// <summary>
    /// Looks at all traces before any is replayed (docs/cli.md, C36): first whether they are there, then whether they
    /// are traces. Standard input and pipes cannot be looked at twice and are left out.
    /// </summary>
    public static void Require(CommandContext context, IReadOnlyList<string> paths)
    {
        if (paths.Count(p => p == "-") > 1)
            throw new CommandFailure(ExitCode.Usage, "standard input (-) can be read only once");
        // What writes a pipe would see its reader go.
        var files = paths.Where(p => p != "-" && !FileStatus.IsPipe(context.Paths.Full(p))).ToArray();
        foreach (var path in files)
            Open(context, path).Dispose();
        foreach (var path in files)
        {
            using var stream = Open(context, path);
            if (stream.CanSeek)
                Read(context, path, () => new TraceReader(stream).Dispose());
        }
    }

    /// <summary>As <see cref="Require"/>, for commands that read a trace from any place or twice: each must be a file.</summary>
    public static void RequireFiles(CommandContext context, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            if (path == "-" || FileStatus.IsPipe(context.Paths.Full(path)) || !CanSeek(context, path))
                throw new CommandFailure(
                    ExitCode.NoInput,
                    $"cannot read {(path == "-" ? "standard input" : context.Paths.Show(path))}: it is no file, and is to be read twice",
                    "Copy it into a file first."
                );
        }

        Require(context, paths);
    }

    static bool CanSeek(CommandContext context, string path)
    {
        using var stream = Open(context, path);
        return stream.CanSeek;
    }

    /// <summary>Reads a trace; what makes it none ends the command with 65, what makes it unreadable with 66.</summary>
    public static void Read(CommandContext context, string path, Action read) =>
        Read(
            context,
            path,
            () =>
            {
                read();
                return true;
            }
        );

    /// <inheritdoc cref="Read(CommandContext, string, Action)"/>
    public static T Read<T>(CommandContext context, string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TraceFormatException e)
        {
            throw new CommandFailure(
                ExitCode.NotATrace,
                FormattableString.Invariant(
                    $"{context.Paths.Show(path)} cannot be read as a trace: {e.Message} (at byte {e.Offset})"
                ),
                AdviceFor(context, path, e.Code)
            );
        }
        catch (EndOfStreamException e)
        {
            throw new CommandFailure(
                ExitCode.NoInput,
                $"cannot read {context.Paths.Show(path)}: {e.Message}",
                Advice
            );
        }
    }

    /// <summary>Refuses a trace that is not what was written: nothing is made of it (docs/cli.md, C87).</summary>
    public static CommandFailure Tampered(CommandContext context, string path, TraceProblem tampering) =>
        new(
            ExitCode.Tampered,
            FormattableString.Invariant(
                $"{context.Paths.Show(path)} was tampered with: {tampering.Message} ({tampering.Code} at byte {tampering.Offset:N0})"
            ),
            $"No trace is made of it. See: auditrules verify {context.Paths.Show(path)}"
        );

    /// <summary>Says that a trace is not what was written, for commands that show it all the same.</summary>
    public static void TellTampered(CommandContext context, string path, TraceProblem tampering) =>
        context.Messages.Line(
            FormattableString.Invariant(
                $"auditrules: {context.Paths.Show(path)} was tampered with: {tampering.Message} ({tampering.Code} at byte {tampering.Offset:N0}); see auditrules verify {context.Paths.Show(path)}"
            ),
            Tone.Bad
        );

    static string AdviceFor(CommandContext context, string path, TraceFormatError code) =>
        code switch
        {
            TraceFormatError.NotATrace => ForeignFile.AdviceFor(context, path) ?? Advice,
            TraceFormatError.TruncatedPreamble =>
                "It was cut, or its recorder has only begun: nothing can be read of it yet.",
            TraceFormatError.StillWritten => "Wait until its recorder has ended, or recover it first.",
            TraceFormatError.ChangedLineEnds => "Copy it again, as a binary file.",
            TraceFormatError.NewerMajor or TraceFormatError.UnknownFeature =>
                "Use the version of AuditRules that wrote it, or a newer one.",
            TraceFormatError.MalformedColumn => "It was not written by AuditRules as it is: record it again.",
            _ => Advice,
        };
}
