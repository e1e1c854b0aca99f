using System.Globalization;

namespace AuditRules.Cli.Supervision;

/// <summary>How a worker ended that did not complete, in words.</summary>
static class WorkerEnd
{
    const int SignalBase = 128;

    /// <summary>Its exit code or signal, and what the runtime said at the end.</summary>
    public static string Describe(int exitCode, string lastWords)
    {
        var how =
            exitCode > SignalBase
                ? string.Create(CultureInfo.InvariantCulture, $"by {SignalName(exitCode - SignalBase)}")
                : string.Create(CultureInfo.InvariantCulture, $"with exit code {exitCode}");
        return FirstLine(lastWords) is { Length: > 0 } said ? $"{how} ({said})" : how;
    }

    static string SignalName(int signal) =>
        signal switch
        {
            6 => "SIGABRT",
            9 => "SIGKILL",
            11 => "SIGSEGV",
            _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
        };

    static string FirstLine(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var line = reader.ReadLine() ?? "";
            // The runtime's own: "Process terminated. " and what was said to FailFast.
            return line.Trim().TrimEnd('.');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
