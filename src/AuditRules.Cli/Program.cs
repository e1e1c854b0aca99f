using System.Runtime.InteropServices;
using AuditRules.Cli.Hosting;

// A file beyond the size that the process may write (ulimit -f) would end it in the middle of a frame: SIGXFSZ, which
// is 25 on Linux and macOS. A handler makes it a write that fails; where the caller ignores it that is so already, and
// what is recorded has to find it ignored as well. The handler is never taken away: .NET calls it from another thread,
// and a signal that is still on its way there when the handler is gone ends the process after all.
var fileLimit =
    OperatingSystem.IsWindows() || IgnoredSignals.Has(25)
        ? null
        : PosixSignalRegistration.Create((PosixSignal)25, static signal => signal.Cancel = true);
var code = CommandLine.RunProcess(args);
GC.KeepAlive(fileLimit);
return code;
