using System.Runtime.InteropServices;

namespace AuditRules.Cli.Files;

/// <summary>What the system says of files.</summary>
static partial class FileStatus
{
    const int CurrentFolder = -100; // AT_FDCWD
    const uint TypeAndInode = 0x101; // STATX_TYPE | STATX_INO
    const int TypeMask = 0xf000; // S_IFMT
    const int Folder = 0x4000; // S_IFDIR
    const int Regular = 0x8000; // S_IFREG
    const int Length = 256; // struct statx, the same on every processor

    /// <summary>Whether two paths are one file: by device and inode, which symbolic and hard links do not hide. False when
    /// one of them is not there.</summary>
    public static bool IsSame(string path, string other)
    {
        if (OperatingSystem.IsLinux() && Find(path) is { } found && Find(other) is { } second)
            return found == second;
        return Final(path) == Final(other);
    }

    /// <summary>Whether what is there is a pipe or a device: it may give its bytes only once, and opening it may wait for
    /// who writes it.</summary>
    public static bool IsPipe(string path) =>
        OperatingSystem.IsLinux() && Find(path) is { Type: not (Regular or Folder) };

    static (ulong Inode, ulong Device, int Type)? Find(string path)
    {
        Span<byte> status = stackalloc byte[Length];
        try
        {
            if (Ask(CurrentFolder, path, 0, TypeAndInode, ref MemoryMarshal.GetReference(status)) != 0)
                return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        // stx_mode at 28, stx_ino at 32; stx_dev_major and stx_dev_minor at 136.
        return (
            MemoryMarshal.Read<ulong>(status[32..]),
            MemoryMarshal.Read<ulong>(status[136..]),
            MemoryMarshal.Read<ushort>(status[28..]) & TypeMask
        );
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
