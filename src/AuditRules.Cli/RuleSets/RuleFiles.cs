using System.Collections.Immutable;
using System.IO.Enumeration;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
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
            else if (FileStatus.IsPipe(full))
            {
                throw NoFile(context, full);
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

    /// <summary>Whether rule files lie in a folder, which need not be there.</summary>
    public static bool AreIn(CommandContext context, string folder) =>
        Directory.Exists(folder) && Read(context, folder).Length > 0;

    static string DefaultFolder(CommandContext context)
    {
        var own = context.Paths.Full(FolderName);
        return Directory.Exists(own) ? own : Path.Combine(context.Host.ShippedFolder, FolderName);
    }

    static ImmutableArray<string> InFolder(CommandContext context, string folder)
    {
        var files = Read(context, folder);
        if (files.FirstOrDefault(FileStatus.IsPipe) is { } pipe)
            throw NoFile(context, pipe);
        return files.IsEmpty
            ? throw Missing(context, folder, $"the folder holds no {Extension} file")
            : files;
    }

    static ImmutableArray<string> Read(CommandContext context, string folder)
    {
        try
        {
            return [.. Below(folder).Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailure(
                ExitCode.NoInput,
                $"not all of the rules in {context.Paths.Show(folder)} can be read: {e.Message}",
                "Have the owner of that folder allow it, or name the rules that are to run with --rules."
            );
        }
        catch (IOException e)
        {
            throw Missing(
                context,
                folder,
                e is DirectoryNotFoundException ? "there is no such folder" : e.Message
            );
        }
    }

    // A folder that cannot be read is an error: rules that do not run must not pass for rules that found nothing.
    static FileSystemEnumerable<string> Below(string folder) =>
        new(
            folder,
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                IgnoreInaccessible = false,
                AttributesToSkip = FileAttributes.None,
            }
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory
                && entry.FileName.EndsWith(Extension, StringComparison.Ordinal)
                && !entry.FileName.StartsWith('.')
                && !entry.FileName.SequenceEqual(EditorFile),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !entry.FileName.StartsWith('.')
                && !(entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && LeadsUp(entry.ToFullPath())),
        };

    // A link to a folder in which it lies has no end.
    static bool LeadsUp(string link)
    {
        for (var above = Path.GetDirectoryName(link); above is not null; above = Path.GetDirectoryName(above))
        {
            if (FileStatus.IsSame(link, above))
                return true;
        }

        return false;
    }

    // To open one might wait for ever, and the compiler's cache needs the same text twice.
    static CommandFailure NoFile(CommandContext context, string path) =>
        new(
            ExitCode.BadRules,
            $"{context.Paths.Show(path)} is no rule file: it is a pipe or a device",
            "Write the rules into a file."
        );

    static CommandFailure Missing(CommandContext context, string path, string why) =>
        new(
            ExitCode.NoInput,
            $"no rules at {context.Paths.Show(path)}: {why}",
            NearFiles.SuggestAny(
                context,
                path,
                "Name a folder with .fsx files, or one such file, with --rules."
            )
        );
}
