using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AuditRules.Cli.Supervision;

/// <summary>A worker while it runs: this program once more, with the same words behind its own.</summary>
sealed class WorkerProcess : IDisposable
{
    /// <summary>What stands before the folder among the words of a worker.</summary>
    public const string Word = "[worker]";

    const string HeapLimit = "DOTNET_GCHeapHardLimit";
    const string HeapLimitPercent = HeapLimit + "Percent";
    const string ThreeQuarters = "4B"; // 75 %, as the runtime reads it
    const string Diagnostics = "DOTNET_EnableDiagnostics";
    const long TicksPerSecond = 100; // USER_HZ, the same on x64 and arm64

    readonly Process _process;
    readonly string _status;

    WorkerProcess(Process process)
    {
        _process = process;
        _status = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/stat");
    }

    /// <summary>Its exit code as a shell gives it; once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts one. It has the streams, the folder and the environment of this process.</summary>
    public static WorkerProcess Start(WorkerFolder folder, IReadOnlyList<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var info = new ProcessStartInfo(program) { UseShellExecute = false };
        // Run as `dotnet auditrules.dll`.
        if (Path.GetFileNameWithoutExtension(program) != typeof(WorkerProcess).Assembly.GetName().Name)
            info.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        info.ArgumentList.Add(Word);
        info.ArgumentList.Add(folder.Path);
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        // Of what the machine or the container has: what is not the heap needs memory too.
        if (!info.Environment.ContainsKey(HeapLimit))
            info.Environment.TryAdd(HeapLimitPercent, ThreeQuarters);

        // What is for debuggers has files below TMPDIR, which stay there where a process is ended.
        info.Environment.TryAdd(Diagnostics, "0");
        return new(Process.Start(info)!);
    }

    /// <summary>Waits for its end; false when it still runs after that time.</summary>
    public bool WaitForEnd(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Ends it at once, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>The processor time that it has used in all its threads, and whether its first thread waits for something
    /// that is not the disk.</summary>
    public (TimeSpan Used, bool Waits) Status()
    {
        try
        {
            // pid (name) state ...: the name may hold anything; of what follows it, utime and stime are 12th and 13th.
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(_status));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = Number(fields[11]) + Number(fields[12]);
            return (TimeSpan.FromSeconds((double)ticks / TicksPerSecond), fields[0] == "S");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
            return (TimeSpan.Zero, false);
        }
    }

    public void Dispose() => _process.Dispose();

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
