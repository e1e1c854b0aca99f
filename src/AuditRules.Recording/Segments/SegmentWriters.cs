using AuditRules.Recording.Spawning;

namespace AuditRules.Recording.Segments;

/// <summary>Whether anybody can still write into a segment.</summary>
internal static class SegmentWriters
{
    /// <summary>
    /// True when no process has the file open or mapped for writing, of whatever container: the kernel gives a lease
    /// for reading only then. False where it gives none at all.
    /// </summary>
    internal static bool AreGone(Stream stream) =>
        stream is FileStream file
        && OperatingSystem.IsLinux()
        && LinuxCalls.TryTakeReadLease(file.SafeFileHandle);
}
