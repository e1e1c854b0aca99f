using System.Runtime.InteropServices;
using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Files;

/// <summary>Removes a file that is not complete when a signal ends the command: then no <c>using</c> does.</summary>
sealed class Interruption : IDisposable
{
    static readonly (PosixSignal Signal, int Number)[] Signals =
    [
        (PosixSignal.SIGHUP, 1),
        (PosixSignal.SIGINT, 2),
        (PosixSignal.SIGTERM, 15),
    ];

    readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>From here on until it is disposed.</summary>
    /// <param name="path">The file; it need not be there any more.</param>
    public Interruption(string path)
    {
        // As under nohup: the command goes on.
        foreach (var (signal, _) in Signals.Where(s => !IgnoredSignals.Has(s.Number)))
            _registrations.Add(PosixSignalRegistration.Create(signal, _ => Remove(path)));
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    // The signal then does what it does without us.
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
