namespace AuditRules.Cli.Files;

/// <summary>Paths as they are given and as they are shown (docs/cli.md, C7).</summary>
sealed class PathNames(string currentFolder)
{
    /// <summary>The absolute path of one that counts from the current folder.</summary>
    public string Full(string path) => Path.GetFullPath(path, currentFolder);

    /// <summary>The path for reports: relative where it lies inside the current folder, with forward slashes.</summary>
    public string Show(string path)
    {
        if (path.Length == 0 || path == "-")
            return path;
        var full = Full(path);
        var relative = Path.GetRelativePath(currentFolder, full);
        var outside =
            relative == ".."
            || relative.StartsWith("../", StringComparison.Ordinal)
            || Path.IsPathRooted(relative);
        return (outside ? full : relative).Replace('\\', '/');
    }
}
