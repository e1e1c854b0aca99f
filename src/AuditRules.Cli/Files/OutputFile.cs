using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Files;

/// <summary>
/// A file that a command writes: beside its place until it is complete (docs/cli.md, C10). What is wrong with it ends
/// the command with 73.
/// </summary>
sealed class OutputFile : IDisposable
{
    readonly string _full;
    readonly string? _aside;
    readonly Interruption? _interruption;

    OutputFile(string full, string? aside, WritableFile stream, Interruption? interruption)
    {
        _interruption = interruption;
        _full = full;
        _aside = aside;
        Stream = stream;
    }

    public WritableFile Stream { get; }

    /// <summary>Refuses an output that is one of the inputs, by whatever name: a link counts as what it leads to.</summary>
    public static void RequireOther(CommandContext context, string path, IEnumerable<string> inputs)
    {
        var full = context.Paths.Full(path);
        foreach (var input in inputs)
        {
            if (FileStatus.IsSame(full, context.Paths.Full(input)))
                throw new CommandFailure(
                    ExitCode.Usage,
                    $"{context.Paths.Show(path)} is the input itself ({context.Paths.Show(input)})",
                    "Name another file with -o: what is read stays as it is."
                );
        }
    }

    /// <summary>Begins a file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="path">The file.</param>
    /// <param name="endsBySignal">False where the command lives on when a signal comes, as <c>record</c> does.</param>
    public static OutputFile Create(CommandContext context, string path, bool endsBySignal = true)
    {
        if (path == "-")
            throw new CommandFailure(
                ExitCode.Usage,
                "an output is a file, not standard output",
                "Name a file with -o, or /dev/stdout."
            );
        var full = context.Paths.Full(path);
        var aside = $"{full}.{Path.GetRandomFileName()}.tmp";
        Interruption? interruption = null;
        try
        {
            if (Directory.Exists(full))
                throw Failure(context, path, "it is a folder");
            // A device or a pipe is written as it is.
            if (full.StartsWith("/dev/", StringComparison.Ordinal))
                return new(full, null, Open(full, FileMode.Open, FileAccess.Write), null);
            // Before the file is there: a signal may come at once.
            interruption = endsBySignal ? new Interruption(aside) : null;
            context.Host.Worker?.NoteAside(aside);
            return new(full, aside, Open(aside, FileMode.CreateNew, FileAccess.ReadWrite), interruption);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            interruption?.Dispose();
            throw Failure(context, path, Why(e).Replace(aside, full, StringComparison.Ordinal), Advice(e));
        }
    }

    /// <summary>From here on until it is disposed a signal that ends the command removes what is not complete: for one that
    /// does not end by a signal all the time.</summary>
    public Interruption? EndsBySignal() => _aside is null ? null : new Interruption(_aside);

    /// <summary>Moves the file to its place.</summary>
    public void Complete(CommandContext context)
    {
        try
        {
            Stream.Dispose();
            if (_aside is not null)
                File.Move(_aside, _full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(context, _full, Why(e));
        }
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is not wanted any more, and whoever wrote it has said why.
        }

        if (_aside is not null)
            File.Delete(_aside);
        _interruption?.Dispose();
    }

    static WritableFile Open(string path, FileMode mode, FileAccess access) =>
        new(path, new FileStreamOptions { Mode = mode, Access = access });

    public static CommandFailure Failure(
        CommandContext context,
        string path,
        string why,
        string advice = "Name another file with -o, or make room for this one."
    ) => new(ExitCode.NoOutput, $"cannot write {context.Paths.Show(path)}: {why}", advice);

    static string Advice(Exception e) =>
        e is DirectoryNotFoundException
            ? "Make the folder first, or name another file with -o."
            : "Name another file with -o, or make room for this one.";

    /// <summary>Why a file cannot be written, in words.</summary>
    public static string Why(Exception e) =>
        e switch
        {
            DirectoryNotFoundException => "there is no such folder",
            FileNotFoundException => "no file can be made there",
            UnauthorizedAccessException => "this user may not write there",
            _ => e.Message,
        };
}
