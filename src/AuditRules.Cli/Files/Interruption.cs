using System.Runtime.InteropServices;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Files;

/// <summary>Cleans up when a signal ends the command: then no <c>using</c> does.</summary>
sealed class Interruption : IDisposable
{
    static readonly (PosixSignal Signal, int Number)[] Signals =
    [
        (PosixSignal.SIGHUP, 1),
        (PosixSignal.SIGINT, 2),
        (PosixSignal.SIGQUIT, 3),
        (PosixSignal.SIGTERM, 15),
    ];

    readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>From here on until it is disposed.</summary>
    /// <param name="path">A file that is not complete; it need not be there any more.</param>
    public Interruption(string path)
        : this(() => Remove(path)) { }

    /// <summary>From here on until it is disposed.</summary>
    /// <param name="clean">What is to be done before the signal does what it does without us.</param>
    public Interruption(Action clean)
    {
        // As under nohup: the command goes on.
        foreach (var (signal, _) in Signals.Where(s => !IgnoredSignals.Has(s.Number)))
            _registrations.Add(PosixSignalRegistration.Create(signal, _ => clean()));
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell.
        }
    }
}
