using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace AuditRules.Recording.Spawning;

/// <summary>
/// While a child runs, keeps this process alive under SIGINT, SIGQUIT, SIGTERM and SIGHUP, so that the trace is
/// finished, and hands on what the child would otherwise miss.
/// </summary>
/// <remarks>
/// A terminal sends SIGINT and SIGQUIT to its whole foreground group, so that the child has them already: those are
/// handed on only when this process is not in the foreground of a terminal. The same signal within
/// <see cref="Repeat"/> is one: <c>timeout</c> signals its child and then the group. Signals that the caller
/// ignored stay ignored.
/// A signal to this process alone looks the same as one to its group. SIGTERM, SIGHUP, and without a terminal the
/// others, are handed on in both cases: twice is better than never.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class SignalRelay : IDisposable
{
    static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(200);

    readonly List<PosixSignalRegistration> _registrations = [];
    readonly Dictionary<int, long> _last = [];
    readonly Lock _lock = new();
    ChildProcess? _child;

    internal SignalRelay(CallerState state)
    {
        Register(state, PosixSignal.SIGINT, LinuxCalls.SignalInterrupt, fromTerminal: true);
        Register(state, PosixSignal.SIGQUIT, LinuxCalls.SignalQuit, fromTerminal: true);
        Register(state, PosixSignal.SIGTERM, LinuxCalls.SignalTerminate, fromTerminal: false);
        Register(state, PosixSignal.SIGHUP, LinuxCalls.SignalHangup, fromTerminal: false);
        // A caller that ignores SIGCHLD would cost the exit status. The child then has it at its default: posix_spawn
        // cannot ignore a signal anew.
        if ((state.IgnoredSignals & CallerState.Bit(LinuxCalls.SignalChild)) != 0)
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCHLD, static _ => { }));
    }

    /// <summary>Hands signals on to that child; null once it has ended, since its pid may then be another's.</summary>
    internal void SetTarget(ChildProcess? child)
    {
        lock (_lock)
            _child = child;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    void Register(CallerState state, PosixSignal signal, int number, bool fromTerminal)
    {
        if ((state.IgnoredSignals & CallerState.Bit(number)) != 0)
            return;
        _registrations.Add(
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    if (!fromTerminal || !IsForeground())
                        HandOn(number);
                }
            )
        );
    }

    void HandOn(int signal)
    {
        lock (_lock)
        {
            var now = Environment.TickCount64;
            if (_last.TryGetValue(signal, out var last) && now - last < Repeat.TotalMilliseconds)
                return;
            _last[signal] = now;
            _child?.Signal(signal);
        }
    }

    static bool IsForeground() => ProcessStat.ReadOwn() is { } own && own.Foreground == own.Group;
}
