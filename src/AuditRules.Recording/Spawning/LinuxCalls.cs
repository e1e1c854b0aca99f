using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AuditRules.Recording.Spawning;

/// <summary>The calls of libc that .NET has no name for. Numbers are Linux's, the same on x64 and arm64.</summary>
internal static partial class LinuxCalls
{
    internal const int NoSuchFile = 2; // ENOENT
    internal const int NotADirectory = 20; // ENOTDIR
    internal const int TryAgain = 11; // EAGAIN
    internal const int OutOfMemory = 12; // ENOMEM
    internal const int NotExecutableFormat = 8; // ENOEXEC
    internal const int Interrupted = 4; // EINTR

    internal const int SignalHangup = 1;
    internal const int SignalInterrupt = 2;
    internal const int SignalQuit = 3;
    internal const int SignalPipe = 13;
    internal const int SignalTerminate = 15;
    internal const int SignalChild = 17;

    internal const int LimitOpenFiles = 7; // RLIMIT_NOFILE
    internal const int SetSignalDefaults = 0x04; // POSIX_SPAWN_SETSIGDEF
    internal const int SetSignalMask = 0x08; // POSIX_SPAWN_SETSIGMASK
    internal const int WaitNoHang = 1; // WNOHANG
    internal const int ExecuteAccess = 1; // X_OK
    internal const int SetChildSubreaper = 36; // PR_SET_CHILD_SUBREAPER
    internal const int GetChildSubreaper = 37; // PR_GET_CHILD_SUBREAPER
    internal const int ClockMonotonic = 1;
    internal const int ClockRealtime = 0;

    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static unsafe partial int Spawn(
        out int pid,
        byte* path,
        byte* fileActions,
        byte* attributes,
        byte** arguments,
        byte** environment
    );

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static unsafe partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static unsafe partial int SetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static unsafe partial int SetBlockedSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static unsafe partial int InitFileActions(byte* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static unsafe partial int DestroyFileActions(byte* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    internal static unsafe partial int AddChangeDirectory(byte* fileActions, byte* path);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitForPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessQuery(int option, out int value, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true)]
    internal static unsafe partial int Access(byte* path, int mode);

    [LibraryImport("libc", EntryPoint = "getppid")]
    internal static partial int GetParentPid();

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    internal static partial int GetClock(int clock, out TimeSpec time);

    [LibraryImport(
        "libc",
        EntryPoint = "open",
        SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8
    )]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, nint argument);

    /// <summary>Takes and gives back a lease that only a file has which nobody has open or mapped for writing.</summary>
    internal static bool TryTakeReadLease(SafeFileHandle file)
    {
        const int setSignal = 10; // F_SETSIG
        const int setLease = 1024; // F_SETLEASE
        const int read = 0; // F_RDLCK
        const int none = 2; // F_UNLCK
        const int urgent = 23; // SIGURG
        // Who opens the file meanwhile makes the kernel send a signal: one that is ignored, for SIGIO would end us.
        if (Control(file, setSignal, urgent) != 0 || Control(file, setLease, read) != 0)
            return false;
        _ = Control(file, setLease, none);
        return true;
    }

    /// <summary>Opens a file without following a link in its last part, and without waiting for a pipe's writer.</summary>
    internal static SafeFileHandle OpenForReading(string path)
    {
        const int nonBlocking = 0x800;
        const int closeOnExec = 0x80000;
        var noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
        var descriptor = Open(path, nonBlocking | closeOnExec | noFollow);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        var problem = $"{path}: {Marshal.GetLastPInvokeErrorMessage()}";
        throw Marshal.GetLastPInvokeError() == NoSuchFile
            ? new FileNotFoundException(problem, path)
            : new IOException(problem);
    }

    /// <summary>A clock in nanoseconds.</summary>
    internal static long ReadClock(int clock)
    {
        _ = GetClock(clock, out var time);
        return checked(time.Seconds * 1_000_000_000 + time.Nanoseconds);
    }
}
