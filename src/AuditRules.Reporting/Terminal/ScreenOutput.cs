using System.Text;
using Spectre.Console;

namespace AuditRules.Reporting.Terminal;

/// <summary>
/// A writer as Spectre.Console wants it. Its own kind looks at the console of the process, which sets a terminal up
/// and writes terminal codes where none may be (docs/cli.md, C6).
/// </summary>
sealed class ScreenOutput(TextWriter writer, int width) : IAnsiConsoleOutput
{
    public TextWriter Writer => writer;

    public bool IsTerminal => false;

    public int Width => width;

    public int Height => int.MaxValue;

    public void SetEncoding(Encoding encoding) { }
}
