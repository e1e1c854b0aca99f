using System.Text;

namespace AuditRules.Recording.Spawning;

/// <summary>Finds the file of a command as a shell does.</summary>
internal static class CommandSearch
{
    const string DefaultPath = "/bin:/usr/bin";

    /// <summary>
    /// The file to execute. A name with a slash is that file; another is looked for in each folder of the path,
    /// where a file that cannot be executed is passed over and remembered.
    /// </summary>
    internal static (string? File, StartFailure? Failure) Find(string name, string? path, string directory)
    {
        if (name.Length == 0)
            return (
                null,
                new StartFailure(StartFailure.NotFound, "the command is an empty text: give a program")
            );
        if (name.Contains('/', StringComparison.Ordinal))
            return Check(name, Path.Combine(directory, name));

        (string?, StartFailure?) passedOver = (null, null);
        foreach (var folder in (path ?? DefaultPath).Split(':'))
        {
            // An empty element is the working folder.
            var file = Path.Combine(directory, folder, name);
            var found = Check(name, file);
            if (found.File is not null)
                return found;
            if (found.Failure!.ExitCode == StartFailure.NotExecutable && !Directory.Exists(file))
                passedOver = found;
        }

        return passedOver.Item2 is not null
            ? passedOver
            : (null, new StartFailure(StartFailure.NotFound, $"{name}: command not found in PATH"));
    }

    static (string? File, StartFailure? Failure) Check(string name, string file)
    {
        if (Directory.Exists(file))
            return (
                null,
                new StartFailure(StartFailure.NotExecutable, $"{name}: is a directory, not a program")
            );
        if (!File.Exists(file))
            return (null, new StartFailure(StartFailure.NotFound, $"{name}: no such file"));
        return IsExecutable(file)
            ? (file, null)
            : (
                null,
                new StartFailure(
                    StartFailure.NotExecutable,
                    $"{name}: {file} may not be executed (chmod +x it, or name its interpreter)"
                )
            );
    }

    static unsafe bool IsExecutable(string file)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
            return LinuxCalls.Access(path, LinuxCalls.ExecuteAccess) == 0;
    }
}
