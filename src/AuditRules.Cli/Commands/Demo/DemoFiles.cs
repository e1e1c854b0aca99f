using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Commands.Demo;

/// <summary>What the demo needs of what comes with AuditRules.</summary>
sealed record DemoFiles(string Program, string Rule, string Trace)
{
    public static DemoFiles Find(CliHost host)
    {
        var folder = Path.Combine(host.ShippedFolder, "recordings", "demo");
        var files = new DemoFiles(
            Path.Combine(folder, "demo.py"),
            Path.Combine(folder, "demo.fsx"),
            Path.Combine(folder, "demo.atrace")
        );
        return File.Exists(files.Program) && File.Exists(files.Rule) && File.Exists(files.Trace)
            ? files
            : throw new CommandFailure(
                ExitCode.NoInput,
                $"the files of the demo are not in {folder}",
                "Build the project again: dotnet build src/AuditRules.Cli"
            );
    }

    /// <summary>The first Python in PATH; null when there is none.</summary>
    public static string? FindPython(CliHost host)
    {
        string[] names = ["python3", "python"];
        var folders = (host.Variable("PATH") ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        return names
            .SelectMany(name => folders.Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}
