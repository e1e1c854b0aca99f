using System.Globalization;
using System.Runtime.InteropServices;

namespace AuditRules.Recording;

/// <summary>The user as whom this process runs.</summary>
internal static partial class SystemUser
{
    /// <summary>The user's name; the number where the system knows no name, as in a container.</summary>
    internal static string Name() =>
        Environment.UserName is { Length: > 0 } name
            ? name
            : EffectiveUser().ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
