using System.Security.Cryptography;
using AuditRules.Recording.Redaction;

namespace AuditRules.Recording;

/// <summary>The private folder into which the recorded processes write (docs/spec/segment.md, section 2).</summary>
internal sealed class SessionFolder : IDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    SessionFolder(string path) => FullPath = path;

    internal string FullPath { get; }

    /// <summary>The key for pseudonyms.</summary>
    internal byte[] Key { get; } = RandomNumberGenerator.GetBytes(SipHash.KeyLength);

    /// <summary>Left behind on disposal.</summary>
    internal bool IsKept { get; set; }

    /// <summary>Makes a folder of mode 0700 with a key for pseudonyms (rule S7).</summary>
    internal static SessionFolder Create(string? parent)
    {
        var name = $"auditrules-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";
        var path = Path.Combine(Path.GetFullPath(parent ?? Path.GetTempPath()), name);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
        var folder = new SessionFolder(path);
        folder.WriteKey();
        return folder;
    }

    public void Dispose()
    {
        if (IsKept)
            return;
        try
        {
            Directory.Delete(FullPath, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that still runs may be making a segment at this moment: a second try finds the rest.
            try
            {
                Directory.Delete(FullPath, recursive: true);
            }
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
                // Nothing depends on it: the system clears its folder of temporary files.
            }
        }
    }

    void WriteKey()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(Path.Combine(FullPath, "key"), options);
        stream.Write(Key);
    }
}
