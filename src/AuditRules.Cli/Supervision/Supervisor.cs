using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Supervision;

/// <summary>
/// Runs a command in a worker, and again from the start without the rule that ended it or did not come back
/// (docs/cli.md, C110): what is written is what the last worker wrote, which completed.
/// </summary>
sealed class Supervisor : IDisposable
{
    // A rule is ended so much after its time at the latest, and a short command is not kept waiting.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Threads of a rule may keep a worker that has completed from ending.
    static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(250);

    readonly IReadOnlyList<string> _arguments;
    readonly Stream _output;
    readonly ResultTarget _target;
    readonly WorkerFolder _folder = WorkerFolder.Create();
    readonly List<RuleStop> _stops = [];
    readonly Lock _lock = new();
    readonly ManualResetEventSlim _ready = new();
    Interruption _interruption;
    WorkerProcess? _worker;
    WatchMemory? _watch;
    bool _waits;
    bool _isEnded;

    /// <summary>A supervisor of the command of those words.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="target">Where results go.</param>
    /// <param name="output">The stream of it.</param>
    /// <param name="waits">Whether the worker waits for <see cref="Go"/> when it has its rules.</param>
    public Supervisor(IReadOnlyList<string> arguments, ResultTarget target, Stream output, bool waits = false)
    {
        _arguments = arguments;
        _target = target;
        _output = output;
        _waits = waits;
        _interruption = new Interruption(EndAll);
    }

    /// <summary>Set when a worker has its rules.</summary>
    public WaitHandle Ready => _ready.WaitHandle;

    /// <summary>Runs the command of those words; its exit code.</summary>
    /// <exception cref="CommandFailure">No worker could be started, or one ended by itself outside of any rule.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public static int Run(IReadOnlyList<string> arguments)
    {
        using var supervisor = new Supervisor(arguments, ResultTarget.Output, StandardOutput.Output());
        return supervisor.Run();
    }

    /// <summary>From here on a signal does not end the command, until <see cref="Go"/>.</summary>
    public void OutlivesSignals() => _interruption.Dispose();

    /// <summary>What the worker waited for is there. From here on a signal ends the command.</summary>
    public void Go()
    {
        lock (_lock)
        {
            _waits = false;
            _watch?.Waits = false;
        }

        _interruption = new Interruption(EndAll);
    }

    public void Dispose()
    {
        _interruption.Dispose();
        EndAll();
    }

    /// <summary>Runs workers until one has completed, and writes what it wrote; its exit code.</summary>
    public int Run()
    {
        while (true)
        {
            using var watch = WorkerFolder.Write(Prepare);
            if (RunWorker(watch) is not { } stop)
            {
                Play();
                return watch.ExitCode;
            }

            // What is left out cannot be the cause again.
            if (_stops.Exists(s => s.IsFile == stop.IsFile && s.Subject == stop.Subject))
                throw Fault($"its worker ended again although {stop.Subject} was left out: {stop.Reason}");
            _stops.Add(stop);
        }
    }

    WatchMemory Prepare()
    {
        RuleStop.Write(_folder.Stops, _stops);
        var watch = WatchMemory.Create(_folder.Watch);
        watch.Supervisor = Environment.ProcessId;
        watch.Target = _target;
        return watch;
    }

    /// <summary>Runs one worker to its end. What ended it, or null when it has completed.</summary>
    RuleStop? RunWorker(WatchMemory watch)
    {
        using var worker = Start(watch);
        var clock = new CallClock(watch, worker, Pause);
        WatchedCall? late = null;
        while (!worker.WaitForEnd(Pause))
        {
            if (watch.IsReady)
                _ready.Set();
            if (watch.IsComplete)
            {
                if (!worker.WaitForEnd(Farewell))
                    worker.Kill();
                break;
            }

            clock.Look();
            if (watch.Limit <= 0 || clock.Elapsed.TotalMilliseconds <= watch.Limit)
                continue;
            late = watch.Find(clock.Call);
            if (late is null)
                continue;
            worker.Kill();
            break;
        }

        WaitIfEnded();
        // The call may have come back before the worker was gone: what its memory says now is of another one.
        if (late is not null)
        {
            _folder.RemoveAsides();
            return late.Stop(TooLong(watch.Limit, clock.Waited > clock.Elapsed / 2));
        }

        if (watch.IsComplete)
            return null;
        _folder.RemoveAsides();
        if (watch.NoRoom is { Length: > 0 } why)
            throw WorkerFolder.Failure(why);
        var end = WorkerEnd.Describe(worker.ExitCode, _folder.LastWords);
        return (watch.Blamed ?? watch.Find(watch.Calls))?.Stop($"it ended the process: {end}")
            ?? throw Fault($"its worker ended outside of any rule: {end}");
    }

    WorkerProcess Start(WatchMemory watch)
    {
        lock (_lock)
        {
            if (!_isEnded)
            {
                watch.Waits = _waits;
                _watch = watch;
                return _worker = Begin();
            }
        }

        WaitIfEnded();
        throw Fault("it was interrupted");
    }

    WorkerProcess Begin()
    {
        try
        {
            return WorkerProcess.Start(_folder, _arguments);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandFailure(
                ExitCode.Fault,
                $"the process that runs rules cannot be started: {e.Message}",
                "Rules run in a process of their own: it needs memory, and a place among the user's processes."
            );
        }
    }

    void Play()
    {
        using var file = File.OpenRead(_folder.Output);
        Spool.Play(file, _output, StandardOutput.Error());
    }

    // Where a signal ends this process, or nobody wants the results any more: the worker ends too, and what it left goes.
    void EndAll()
    {
        lock (_lock)
        {
            _isEnded = true;
            try
            {
                _worker?.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself.
            }
        }

        _folder.Remove();
    }

    // The end of the worker is news for nobody then.
    void WaitIfEnded()
    {
        lock (_lock)
        {
            _worker = null;
            _watch = null;
            if (!_isEnded)
                return;
        }

        Thread.Sleep(Timeout.Infinite);
    }

    static string TooLong(long milliseconds, bool waited)
    {
        var time = string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.###} s");
        return waited
            ? $"it did not come back within {time}, waiting for something"
            : $"it did not come back within {time} of processor time";
    }

    static CommandFailure Fault(string what) =>
        new(
            ExitCode.Fault,
            $"a fault of AuditRules itself: {what}",
            "Please report it with the command that you typed."
        );
}
