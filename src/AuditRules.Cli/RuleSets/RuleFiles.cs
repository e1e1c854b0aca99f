using System.Collections.Immutable;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.RuleSets;

/// <summary>Which rule files a command uses (docs/cli.md, section 3).</summary>
/// <param name="Files">Absolute paths in the order in which they are compiled.</param>
/// <param name="Folders">The folders that were named or found, absolute; none when only files were named.</param>
/// <param name="Named">True when the user named them.</param>
sealed record RuleFiles(ImmutableArray<string> Files, ImmutableArray<string> Folders, bool Named)
{
    public const string FolderName = "rules";
    const string Extension = ".fsx";

    /// <summary>What <c>init</c> writes for editors; no rule file (C108).</summary>
    public const string EditorFile = "auditrules.fsx";

    /// <summary>The last of the folders; empty when there is none.</summary>
    public string Folder => Folders.IsEmpty ? "" : Folders[^1];

    /// <summary>The rule files of those paths; without any, of the folder that stands for none.</summary>
    public static RuleFiles Find(CommandContext context, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            var folder = DefaultFolder(context);
            return new(InFolder(context, folder), [folder], Named: false);
        }

        var files = new List<string>();
        var folders = new List<string>();
        foreach (var path in paths)
        {
            var full = context.Paths.Full(path);
            if (Directory.Exists(full))
            {
                folders.Add(full);
                files.AddRange(InFolder(context, full));
            }
            else if (!File.Exists(full))
            {
                throw Missing(context, full, "there is no such file or folder");
            }
            else if (!full.EndsWith(Extension, StringComparison.Ordinal))
            {
                throw new CommandFailure(
                    ExitCode.BadRules,
                    $"{context.Paths.Show(full)} is no rule file: the name of one ends in {Extension}",
                    "Name a folder with .fsx files, or one such file."
                );
            }
            else
            {
                files.Add(full);
            }
        }

        return new([.. files.Distinct(StringComparer.Ordinal)], [.. folders], Named: true);
    }

    static string DefaultFolder(CommandContext context)
    {
        var own = context.Paths.Full(FolderName);
        return Directory.Exists(own) ? own : Path.Combine(context.Host.ShippedFolder, FolderName);
    }

    static ImmutableArray<string> InFolder(CommandContext context, string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
        };
        try
        {
            var files = Directory
                .EnumerateFiles(folder, "*" + Extension, options)
                .Where(file => Path.GetFileName(file) != EditorFile)
                .Where(file =>
                    !Path.GetRelativePath(folder, file).Split('/', '\\').Any(part => part.StartsWith('.'))
                )
                .Order(StringComparer.Ordinal)
                .ToImmutableArray();
            return files.IsEmpty
                ? throw Missing(context, folder, $"the folder holds no {Extension} file")
                : files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(
                context,
                folder,
                e is IOException ? "there is no such folder" : "this user may not read it"
            );
        }
    }

    static CommandFailure Missing(CommandContext context, string path, string why) =>
        new(
            ExitCode.NoInput,
            $"no rules at {context.Paths.Show(path)}: {why}",
            "Name a folder with .fsx files, or one such file, with --rules."
        );
}
