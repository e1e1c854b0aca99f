using System.Globalization;
using System.Runtime.InteropServices;

namespace AuditRules.Cli.Hosting;

/// <summary>
/// How wide the terminal is. Not by <see cref="Console.WindowWidth"/>: that sets the terminal up, and writes its codes
/// where none may be (docs/cli.md, C6).
/// </summary>
static partial class TerminalWidth
{
    const int Usual = 80;
    const int Least = 20;
    const nuint GetWindowSize = 0x5413; // TIOCGWINSZ, on x64 and arm64

    /// <summary>Columns of the terminal that has that descriptor; the usual 80 where it has none to tell.</summary>
    public static int Of(int descriptor)
    {
        // A terminal without a size, as some build servers have, says 0.
        if (
            OperatingSystem.IsLinux()
            && Ask(descriptor, GetWindowSize, out var size) == 0
            && size.Columns > 0
        )
            return Math.Max((int)size.Columns, Least);
        var told = Environment.GetEnvironmentVariable("COLUMNS");
        return int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            ? Math.Max(columns, Least)
            : Usual;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ask(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
