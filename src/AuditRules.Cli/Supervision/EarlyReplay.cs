using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Supervision;

/// <summary>
/// A replay whose worker has its rules before the trace is there: <c>record --rules</c> compiles them before the program
/// starts (docs/cli.md, C48).
/// </summary>
sealed class EarlyReplay : IDisposable
{
    readonly Supervisor _supervisor;
    readonly Task<int> _code;

    EarlyReplay(Supervisor supervisor)
    {
        _supervisor = supervisor;
        // A thread of its own, as long as the worker lives: the worker ends with the thread that started it.
        _code = Task.Factory.StartNew(
            supervisor.Run,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    /// <summary>False where the rules cannot be had: all was said then.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Starts one, and waits until the rules are there, or cannot be had.</summary>
    /// <param name="words">The words of a command that replays.</param>
    /// <param name="file">Where results go; null for standard error.</param>
    public static EarlyReplay Start(IReadOnlyList<string> words, Stream? file)
    {
        var early = new EarlyReplay(
            new Supervisor(
                words,
                file is null ? ResultTarget.Error : ResultTarget.File,
                file ?? StandardOutput.Error(),
                waits: true
            )
        );
        _ = WaitHandle.WaitAny([early._supervisor.Ready, ((IAsyncResult)early._code).AsyncWaitHandle]);
        early.IsReady = !early._code.IsCompleted;
        try
        {
            // Throws what kept a worker from running.
            if (!early.IsReady)
                _ = early._code.GetAwaiter().GetResult();
        }
        catch
        {
            early.Dispose();
            throw;
        }

        // From here on signals are the program's that is recorded.
        early._supervisor.OutlivesSignals();
        return early;
    }

    /// <summary>The trace is there: replays it, and writes the report; the replay's exit code.</summary>
    public int Complete()
    {
        _supervisor.Go();
        return _code.GetAwaiter().GetResult();
    }

    public void Dispose() => _supervisor.Dispose();
}
