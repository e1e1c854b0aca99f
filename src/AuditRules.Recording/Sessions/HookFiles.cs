using System.Buffers;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>Finds the hook and puts it into a child's environment (docs/spec/segment.md, section 1).</summary>
internal static class HookFiles
{
    internal const string LibraryName = "libauditrules_hook.so";

    static readonly SearchValues<char> Separators = SearchValues.Create(" \t\n\v\f\r:");

    /// <summary>The hook that a choice means here and its path, or why there is none.</summary>
    internal static (HookChoice Hook, string? Path, string? Problem) Choose(HookChoice choice, string? folder)
    {
        folder = Path.GetFullPath(folder ?? Path.Combine(AppContext.BaseDirectory, "hook"));
        var library = Path.Combine(folder, LibraryName);
        if (choice != HookChoice.Python && File.Exists(library))
            return (HookChoice.Native, library, null);
        if (choice == HookChoice.Native)
            return (
                choice,
                null,
                $"the native hook is not at {library}: build it, or record with the Python hook"
            );
        var module = Path.Combine(folder, "python");
        return File.Exists(Path.Combine(module, "sitecustomize.py"))
            ? (HookChoice.Python, module, null)
            : (HookChoice.Python, null, $"there is no hook in {folder}: build the project again");
    }

    /// <summary>Brings a hook in; the problem says why that cannot be.</summary>
    internal static string? Install(
        ChildEnvironment environment,
        HookChoice hook,
        string path,
        string sessionFolder
    )
    {
        if (hook == HookChoice.Python)
        {
            environment.Prepend("PYTHONPATH", ":", path);
            return null;
        }

        // The dynamic linker splits its list at white space and colons (rule S4).
        if (path.AsSpan().ContainsAny(Separators))
        {
            var link = Path.Combine(sessionFolder, LibraryName);
            if (link.AsSpan().ContainsAny(Separators))
                return $"neither {path} nor {sessionFolder} can be preloaded: set TMPDIR to a path without spaces";
            File.CreateSymbolicLink(link, path);
            path = link;
        }

        var present = environment.Get("LD_PRELOAD")?.Split([" ", ":"], StringSplitOptions.None) ?? [];
        if (!present.Contains(path, StringComparer.Ordinal))
            environment.Append("LD_PRELOAD", ":", path);
        return null;
    }
}
