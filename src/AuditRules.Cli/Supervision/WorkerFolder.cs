using System.Security.Cryptography;
using System.Text;
using AuditRules.Cli.Exit;

namespace AuditRules.Cli.Supervision;

/// <summary>The private folder that a worker and its supervisor share; only its owner may look into it.</summary>
/// <param name="Path">The folder.</param>
sealed record WorkerFolder(string Path)
{
    /// <summary>What runs in the worker now.</summary>
    public string Watch => In("watch");

    /// <summary>What the worker writes to its standard streams.</summary>
    public string Output => In("output");

    /// <summary>What the runtime itself says when it dies.</summary>
    public string LastWords => In("last-words");

    /// <summary>The rules and files that are not to be run any more.</summary>
    public string Stops => In("stops");

    /// <summary>Files that the worker writes beside their place; to be removed where it was ended.</summary>
    public string Asides => In("asides");

    /// <summary>Compiled rules for the next worker, where the user's cache is not to be used.</summary>
    public string Cache => In("cache");

    /// <summary>Makes one.</summary>
    /// <exception cref="CommandFailure">It cannot be made.</exception>
    public static WorkerFolder Create() =>
        Write(() => new WorkerFolder(Directory.CreateTempSubdirectory("auditrules-").FullName));

    /// <summary>Does what writes into such a folder.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static T Write<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e.Message);
        }
    }

    /// <summary>Ends a command for which such a folder cannot be written.</summary>
    public static CommandFailure Failure(string why) =>
        new(
            ExitCode.NoOutput,
            $"cannot write below {System.IO.Path.GetTempPath()}, where results are kept until they are complete: {why}",
            "Make room there, or name another folder with TMPDIR."
        );

    /// <summary>The copy of an input that gives its bytes only once.</summary>
    public string CopyOf(string input) =>
        In("input-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(input))));

    /// <summary>Removes what the worker left beside the places of its files.</summary>
    public void RemoveAsides()
    {
        if (!File.Exists(Asides))
            return;
        foreach (var aside in File.ReadAllLines(Asides))
            File.Delete(aside);
        File.Delete(Asides);
    }

    /// <summary>Removes the folder, as far as it can be.</summary>
    public void Remove()
    {
        try
        {
            RemoveAsides();
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell, and nothing that anyone could do.
        }
    }

    string In(string name) => System.IO.Path.Combine(Path, name);
}
