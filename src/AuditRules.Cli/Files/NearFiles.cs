using AuditRules.Cli.Hosting;
using AuditRules.Events;

namespace AuditRules.Cli.Files;

/// <summary>What may have been meant by a path that is no file (docs/cli.md, C4).</summary>
static class NearFiles
{
    const int MaxShown = 4;

    // A folder may hold millions of files: a hint is not worth all of them.
    const int MaxLooked = 10_000;

    /// <summary>The file of the same folder with the nearest name, or the advice where none is near.</summary>
    public static string Suggest(CommandContext context, string path, string advice) =>
        Suggest(context, path, advice, Directory.EnumerateFiles);

    /// <summary>The same, of files and folders.</summary>
    public static string SuggestAny(CommandContext context, string path, string advice) =>
        Suggest(context, path, advice, Directory.EnumerateFileSystemEntries);

    static string Suggest(
        CommandContext context,
        string path,
        string advice,
        Func<string, string, IEnumerable<string>> entries
    )
    {
        var full = Path.TrimEndingDirectorySeparator(context.Paths.Full(path));
        var folder = Path.GetDirectoryName(full) ?? full;
        var nearest = NearestName.Find(Path.GetFileName(full), Names(() => entries(folder, "*")));
        return nearest is null
            ? advice
            : $"Did you mean {context.Paths.Show(Path.Combine(folder, nearest))}?";
    }

    /// <summary>The files of a folder that end like that, or the advice where there is none.</summary>
    public static string Within(CommandContext context, string folder, string extension, string advice)
    {
        var full = context.Paths.Full(folder);
        var names = extension.Length == 0 ? [] : Names(() => Directory.EnumerateFiles(full, "*" + extension));
        if (names.Length == 0)
            return advice;
        var shown = names.Take(MaxShown).Select(name => context.Paths.Show(Path.Combine(full, name)));
        var rest = names.Length > MaxShown ? " ..." : "";
        return $"Name the files in it: {string.Join(' ', shown)}{rest}";
    }

    static string[] Names(Func<IEnumerable<string>> entries)
    {
        try
        {
            return
            [
                .. entries()
                    .Take(MaxLooked)
                    .Select(entry => Path.GetFileName(entry))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
