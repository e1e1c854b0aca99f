using System.Runtime.InteropServices;

namespace AuditRules.Cli.Files;

/// <summary>Whether two paths are one file: by device and inode, which symbolic and hard links do not hide.</summary>
static partial class SameFile
{
    const int CurrentFolder = -100; // AT_FDCWD
    const uint Inode = 0x100; // STATX_INO
    const int Length = 256; // struct statx, the same on every processor

    /// <summary>False when one of them is not there.</summary>
    public static bool Is(string path, string other)
    {
        if (OperatingSystem.IsLinux() && Find(path) is { } found && Find(other) is { } second)
            return found == second;
        return Final(path) == Final(other);
    }

    static (ulong Inode, ulong Device)? Find(string path)
    {
        Span<byte> status = stackalloc byte[Length];
        try
        {
            if (Ask(CurrentFolder, path, 0, Inode, ref MemoryMarshal.GetReference(status)) != 0)
                return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        // stx_ino at 32; stx_dev_major and stx_dev_minor at 136.
        return (MemoryMarshal.Read<ulong>(status[32..]), MemoryMarshal.Read<ulong>(status[136..]));
    }

    static string Final(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Ask(int folder, string path, int flags, uint mask, ref byte status);
}
