using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Files;

/// <summary>Files that a command reads. What is wrong with them ends the command with 66.</summary>
static class InputFile
{
    /// <summary>Opens a file, or standard input for <c>-</c>.</summary>
    /// <param name="context">The command.</param>
    /// <param name="path">The file.</param>
    /// <param name="advice">What to do where nothing better is known.</param>
    /// <param name="extension">How such files end, to name those of a folder; empty for any way.</param>
    public static Stream Open(CommandContext context, string path, string advice, string extension = "")
    {
        if (path == "-")
            return context.Host.Worker?.Keep(path, () => context.Host.Input) ?? context.Host.Input;
        if (path.Length == 0)
            throw new CommandFailure(ExitCode.NoInput, "an empty path names no file", advice);
        var full = context.Paths.Full(path);
        try
        {
            if (Directory.Exists(full))
                throw Failure(
                    context,
                    path,
                    "it is a folder",
                    NearFiles.Within(context, path, extension, advice)
                );
            return context.Host.Worker is { } worker && FileStatus.IsPipe(full)
                ? worker.Keep(full, () => Open(full))
                : Open(full);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Failure(context, path, "there is no such file", NearFiles.Suggest(context, path, advice));
        }
        catch (UnauthorizedAccessException)
        {
            throw Failure(
                context,
                path,
                "this user may not read it",
                $"Have its owner, whom ls -l {context.Paths.Show(path)} names, allow it, or run as that user."
            );
        }
        catch (IOException e)
        {
            throw Failure(context, path, e.Message, advice);
        }
    }

    static FileStream Open(string full) =>
        new(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 * 1024);

    static CommandFailure Failure(CommandContext context, string path, string why, string advice) =>
        new(ExitCode.NoInput, $"cannot read {context.Paths.Show(path)}: {why}", advice);
}
