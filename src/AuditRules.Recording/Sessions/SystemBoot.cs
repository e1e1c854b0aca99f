namespace AuditRules.Recording;

/// <summary>The machine's boot: monotonic clocks of one boot are one clock.</summary>
internal static class SystemBoot
{
    const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>The boot's id, drawn at random by the kernel; empty where it cannot be read.</summary>
    internal static string Id()
    {
        try
        {
            return System.IO.File.ReadAllText(File).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
