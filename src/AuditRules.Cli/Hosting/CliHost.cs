using System.Text;
using AuditRules.Cli.Files;
using AuditRules.Cli.Supervision;

namespace AuditRules.Cli.Hosting;

/// <summary>
/// What surrounds a command: streams, terminal, current folder, environment. The only way to them, so that a test can
/// take their place.
/// </summary>
public sealed class CliHost
{
    const string Name = "auditrules";

    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output; flushed at the end of a command.</summary>
    public required Stream Output { get; init; }

    /// <summary>Whether whoever reads standard output has closed it, so that nothing more need be written.</summary>
    public Func<bool> OutputIsClosed { get; init; } = static () => false;

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The folder from which relative paths count; absolute.</summary>
    public required string CurrentFolder { get; init; }

    /// <summary>The value of an environment variable, or null.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Columns of the terminal that standard output is; 0 when it is none.</summary>
    public int OutputWidth { get; init; }

    /// <summary>Columns of the terminal that standard error is; 0 when it is none.</summary>
    public int ErrorWidth { get; init; }

    /// <summary>The folder with the <c>rules</c> and <c>recordings</c> that come with AuditRules.</summary>
    public string ShippedFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>What a user types to call this program.</summary>
    public string Program { get; init; } = Name;

    /// <summary>What this process shares with its supervisor; null where it is no worker.</summary>
    internal Worker? Worker { get; private init; }

    /// <summary>Whether a part of a command may run in a worker of its own.</summary>
    internal bool Supervises { get; private init; }

    /// <summary>The host of this process.</summary>
    public static CliHost OfProcess()
    {
        var folder = FindFolder();
        // Whoever asks for Console.Out, as Spectre.Console does, sets the terminal up, which writes its codes (C6).
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        var output = StandardOutput.Output();
        var error = new StreamWriter(StandardOutput.Error(), leaveOpen: true) { AutoFlush = true };
        return new CliHost
        {
            Input = Console.OpenStandardInput(),
            Output = new BufferedStream(output, 64 * 1024),
            OutputIsClosed = () => output is StandardOutput { IsClosed: true },
            Error = error,
            CurrentFolder = folder,
            Variable = Environment.GetEnvironmentVariable,
            OutputWidth = Console.IsOutputRedirected ? 0 : TerminalWidth.Of(1),
            ErrorWidth = Console.IsErrorRedirected ? 0 : TerminalWidth.Of(2),
            Program = FindProgram(folder),
            Supervises = OperatingSystem.IsLinux(),
        };
    }

    /// <summary>Whether colours may be written to a terminal (docs/cli.md, C6).</summary>
    public bool AllowsColors => string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    /// <summary>The same for a worker, whose results and messages go to a spool.</summary>
    internal CliHost In(Worker worker, Spool spool) =>
        new()
        {
            Input = Input,
            Output = new BufferedStream(spool.Of(1), 64 * 1024),
            Error = new StreamWriter(spool.Of(2), new UTF8Encoding(false)) { AutoFlush = true },
            CurrentFolder = CurrentFolder,
            Variable = Variable,
            OutputWidth = worker.Watch.Target switch
            {
                ResultTarget.Output => OutputWidth,
                ResultTarget.Error => ErrorWidth,
                _ => 0,
            },
            ErrorWidth = ErrorWidth,
            ShippedFolder = ShippedFolder,
            Program = Program,
            Worker = worker,
        };

    static string FindFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // Built in a clone it is in no PATH: then its own path is what can be typed.
    static string FindProgram(string current)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (folders.Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, Name))))
            return Name;
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Name
            ? new PathNames(current).Show(Environment.ProcessPath!)
            : Name;
    }
}
