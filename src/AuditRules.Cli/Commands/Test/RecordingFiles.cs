using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.RuleSets;

namespace AuditRules.Cli.Commands.Test;

/// <summary>Which recordings are replayed by <c>test</c> (docs/cli.md, C60).</summary>
static class RecordingFiles
{
    const string FolderName = "recordings";

    // Recordings that have tests of their own, some of them damaged on purpose.
    static readonly string _conformance = "conformance" + Path.DirectorySeparatorChar;

    /// <summary>Absolute paths in order; empty where there is no such folder and none was named.</summary>
    public static IReadOnlyList<string> Find(CommandContext context, RuleFiles rules, string? named)
    {
        var folder =
            named is not null ? context.Paths.Full(named)
            : rules.Folder.Length > 0 ? Path.GetFullPath(Path.Combine(rules.Folder, "..", FolderName))
            : "";
        if (folder.Length == 0 || (named is null && !Directory.Exists(folder)))
            return [];
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(folder, "*.atrace", SearchOption.AllDirectories)
                    .Where(file =>
                        !Path.GetRelativePath(folder, file).StartsWith(_conformance, StringComparison.Ordinal)
                    )
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCode.NoInput,
                $"cannot read the recordings in {context.Paths.Show(folder)}: {(e is DirectoryNotFoundException ? "there is no such folder" : e.Message)}",
                "Name a folder of traces with --recordings."
            );
        }
    }
}
