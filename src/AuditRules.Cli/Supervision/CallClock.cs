using System.Diagnostics;

namespace AuditRules.Cli.Supervision;

/// <summary>
/// Counts for how long one call of a rule's code has not come back: in processor time of the worker, so that a busy
/// machine stops no rule; in time of the clock while the worker uses none, as in a deadlock.
/// </summary>
sealed class CallClock(WatchMemory watch, WorkerProcess process, TimeSpan pause)
{
    readonly Stopwatch _clock = new();
    TimeSpan _last;

    /// <summary>The number of the call that the last look found; 0 for none.</summary>
    public long Call { get; private set; }

    /// <summary>How long the call that runs now has been running; zero for none.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>How much of that the worker waited, and used no processor.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Looks at the worker. To be called once a pause.</summary>
    public void Look()
    {
        var call = watch.Calls;
        if (watch.State == WorkerState.Own)
        {
            Call = 0;
            Elapsed = TimeSpan.Zero;
            return;
        }

        var (used, waits) = process.Status();
        if (call != Call)
        {
            Call = call;
            Elapsed = Waited = TimeSpan.Zero;
        }
        else if (used > _last)
        {
            Elapsed += used - _last;
        }
        else if (waits)
        {
            // Where this process itself was stopped, or slept with its machine, that is no fault of the rule.
            var time = _clock.Elapsed < 2 * pause ? _clock.Elapsed : pause;
            Elapsed += time;
            Waited += time;
        }

        _last = used;
        _clock.Restart();
    }
}
