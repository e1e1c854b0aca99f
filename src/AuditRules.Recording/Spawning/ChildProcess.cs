using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AuditRules.Recording.Spawning;

/// <summary>
/// A child started by posix_spawn with the signal mask, signal dispositions and limit of open files that this
/// process's caller had. Standard input, output and error and the process group are shared with it.
/// </summary>
internal sealed class ChildProcess
{
    // Larger than glibc's and musl's posix_spawnattr_t (336 bytes) and posix_spawn_file_actions_t (80).
    const int OpaqueSize = 512;
    const int SignalSetSize = 128;

    // One child at a time: the limit of this process is lowered while it is started.
    static readonly Lock StartLock = new();

    ChildProcess(int pid) => Pid = pid;

    /// <summary>The operating system's process id.</summary>
    internal int Pid { get; }

    /// <summary>Starts a command; the failure says why it could not be.</summary>
    internal static (ChildProcess? Child, StartFailure? Failure) Start(
        IReadOnlyList<string> command,
        string directory,
        ChildEnvironment environment,
        CallerState state
    )
    {
        var (file, failure) = CommandSearch.Find(command[0], environment.Get("PATH"), directory);
        if (file is null)
            return (null, failure);
        var error = Spawn(file, command, directory, environment, state, out var pid);
        if (error == LinuxCalls.NotExecutableFormat)
        {
            // A script without "#!": shells and execvp hand it to sh.
            error = Spawn(
                "/bin/sh",
                ["sh", file, .. command.Skip(1)],
                directory,
                environment,
                state,
                out pid
            );
        }

        return error == 0 ? (new ChildProcess(pid), null) : (null, Explain(command[0], file, error));
    }

    /// <summary>Waits for the end; the exit status as a shell gives it: 128 + n for signal n.</summary>
    internal int Wait()
    {
        while (true)
        {
            if (LinuxCalls.WaitForPid(Pid, out var status, 0) == Pid)
                return ExitCodeOf(status);
            if (Marshal.GetLastPInvokeError() != LinuxCalls.Interrupted)
                return StartFailure.RecorderFailed;
        }
    }

    /// <summary>The exit status of an adopted process that has ended; null while it runs or when it is not ours.</summary>
    internal static int? TryReap(int pid) =>
        LinuxCalls.WaitForPid(pid, out var status, LinuxCalls.WaitNoHang) == pid ? ExitCodeOf(status) : null;

    internal void Signal(int signal) => _ = LinuxCalls.Kill(Pid, signal);

    static int ExitCodeOf(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    static StartFailure Explain(string name, string file, int error)
    {
        var reason = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            LinuxCalls.NoSuchFile or LinuxCalls.NotADirectory => new(
                StartFailure.NotFound,
                $"{name}: the interpreter or loader of {file}, or the working folder, does not exist"
            ),
            LinuxCalls.TryAgain or LinuxCalls.OutOfMemory => new(
                StartFailure.RecorderFailed,
                $"{name}: no process could be made: {reason}"
            ),
            _ => new(StartFailure.NotExecutable, $"{name}: {file} cannot be executed: {reason}"),
        };
    }

    static unsafe int Spawn(
        string file,
        IReadOnlyList<string> command,
        string directory,
        ChildEnvironment environment,
        CallerState state,
        out int pid
    )
    {
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* actions = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[SignalSetSize];
        using var arguments = new NativeStrings([.. command.Select(NativeStrings.Utf8)]);
        using var variables = new NativeStrings(environment.Entries);
        using var paths = new NativeStrings([NativeStrings.Utf8(file), NativeStrings.Utf8(directory)]);

        _ = LinuxCalls.InitAttributes(attributes);
        _ = LinuxCalls.InitFileActions(actions);
        try
        {
            _ = LinuxCalls.SetFlags(attributes, LinuxCalls.SetSignalDefaults | LinuxCalls.SetSignalMask);
            // Everything that the caller did not ignore; 32 and 33 too, glibc's own, which posix_spawn would ignore.
            WriteSignals(signals, ~state.IgnoredSignals);
            _ = LinuxCalls.SetDefaultSignals(attributes, signals);
            WriteSignals(signals, state.BlockedSignals);
            _ = LinuxCalls.SetBlockedSignals(attributes, signals);
            var error = LinuxCalls.AddChangeDirectory(actions, paths.Pointer[1]);
            if (error != 0)
            {
                pid = 0;
                return error;
            }

            lock (StartLock)
            {
                using var limit = new LoweredLimit(state.OpenFiles);
                return LinuxCalls.Spawn(
                    out pid,
                    paths.Pointer[0],
                    actions,
                    attributes,
                    arguments.Pointer,
                    variables.Pointer
                );
            }
        }
        finally
        {
            _ = LinuxCalls.DestroyFileActions(actions);
            _ = LinuxCalls.DestroyAttributes(attributes);
        }
    }

    // sigset_t is an array of words in the machine's order; the first holds signals 1 to 64.
    static unsafe void WriteSignals(byte* set, ulong mask)
    {
        var bytes = new Span<byte>(set, SignalSetSize);
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, mask);
    }

    /// <summary>posix_spawn sets no limits: the child inherits this process's at that moment.</summary>
    readonly ref struct LoweredLimit
    {
        readonly LinuxCalls.ResourceLimit _own;
        readonly bool _lowered;

        internal LoweredLimit(ulong? soft)
        {
            if (soft is null || LinuxCalls.GetLimit(LinuxCalls.LimitOpenFiles, out _own) != 0)
                return;
            var lower = _own with { Soft = Math.Min(soft.Value, _own.Hard) };
            _lowered = LinuxCalls.SetLimit(LinuxCalls.LimitOpenFiles, in lower) == 0;
        }

        public void Dispose()
        {
            if (_lowered)
                _ = LinuxCalls.SetLimit(LinuxCalls.LimitOpenFiles, in _own);
        }
    }
}
