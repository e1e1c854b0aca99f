using System.Globalization;

namespace AuditRules.Cli.Hosting;

/// <summary>The signals that the caller of this process has it ignore, as <c>nohup</c> does.</summary>
static class IgnoredSignals
{
    const string Name = "SigIgn:";

    /// <summary>Whether a signal is ignored, unless a handler was set for it since. False where that is not known.</summary>
    /// <param name="signal">Its number.</param>
    public static bool Has(int signal) => (Read() >> (signal - 1) & 1) != 0;

    // Bit n - 1 stands for signal n.
    static ulong Read()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status")
                .FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
            return line is null
                ? 0
                : ulong.Parse(
                    line.AsSpan(Name.Length).Trim(),
                    NumberStyles.HexNumber,
                    CultureInfo.InvariantCulture
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
