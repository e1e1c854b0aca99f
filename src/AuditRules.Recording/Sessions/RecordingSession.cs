using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using AuditRules.Events;
using AuditRules.Recording.Packing;
using AuditRules.Recording.Redaction;
using AuditRules.Recording.Segments;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>
/// Runs a program under the hook and makes a trace of what its processes wrote. The program has this process's standard
/// streams, process group and terminal, and what the caller of this process gave to it. While it runs this
/// process does not end at SIGINT, SIGQUIT, SIGTERM and SIGHUP, so that the trace is finished. Linux only.
/// </summary>
public sealed class RecordingSession
{
    readonly RecordingOptions _options;
    readonly CallerState _caller;
    readonly long _wall;
    readonly long _mono;

    RecordingSession(RecordingOptions options)
    {
        _options = options;
        _caller = CallerState.Read();
        _wall = LinuxCalls.ReadClock(LinuxCalls.ClockRealtime);
        _mono = LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic);
    }

    /// <summary>
    /// Runs the command to its end and writes the trace. What goes wrong is in the result; the command's exit status
    /// is passed through.
    /// </summary>
    /// <exception cref="ArgumentException">The command is empty, or a glob or the command cannot be passed on.</exception>
    public static RecordingResult Run(RecordingOptions options, Stream trace)
    {
        if (options.Command.Count == 0)
            throw new ArgumentException("the command is empty", nameof(options));
        if (options.Command.Any(a => a.Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException("the command holds a zero character", nameof(options));
        if (options.Include.Concat(options.Exclude).Any(g => g.AsSpan().IndexOfAny(',', '\0') >= 0))
            throw new ArgumentException(
                "a glob holds a comma: give the option once for each",
                nameof(options)
            );
        if (!OperatingSystem.IsLinux())
            return Fail("recording a program needs Linux: record there and replay anywhere");
        try
        {
            return new RecordingSession(options).Run(trace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail($"the recording cannot begin: {e.Message}");
        }
    }

    [SupportedOSPlatform("linux")]
    RecordingResult Run(Stream trace)
    {
        var (hook, path, problem) = HookFiles.Choose(_options.Hook, _options.HookFolder);
        if (path is null)
            return Fail(problem!);
        using var folder = SessionFolder.Create(_options.TemporaryFolder);
        var environment = _options.Environment is null
            ? ChildEnvironment.Inherited()
            : ChildEnvironment.Of(_options.Environment);
        foreach (var (name, value) in _options.EnvironmentChanges)
            environment.Set(name, value);
        problem = HookFiles.Install(environment, hook, path, folder.FullPath);
        if (problem is not null)
            return Fail(problem);
        HookSettings.Set(environment, _options, folder.FullPath);

        // Before the program runs, which could take the names.
        using var journal = _options.Parts is null ? null : PackJournal.Begin(folder.FullPath);
        var parts = _options.Parts is { } files ? new PartDelivery(files, journal!) : null;
        using var orphans = _options.AdoptOrphans ? new Orphans() : null;
        using var relay = new SignalRelay(_caller);
        var began = LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic);
        var directory = _options.WorkingDirectory ?? Directory.GetCurrentDirectory();
        var (child, failure) = ChildProcess.Start(_options.Command, directory, environment, _caller);
        if (child is null)
            return new RecordingResult { ExitCode = failure!.ExitCode, Failure = failure };
        orphans?.SetRoot(child.Pid);
        relay.SetTarget(child);
        using var watch = _options.Progress is { } tell ? new ProgressWatch(folder.FullPath, tell) : null;
        var startTicks = ProcessStat.Read(child.Pid)?.StartTicks ?? 0;
        var root = new RootCommand(
            child.Pid,
            _options.Redact ? CommandRedaction.Redact(_options.Command, folder.Key) : _options.Command,
            began
        );
        var ends = new ProcessEnds(orphans);
        using var packing = new LivePacking(
            folder.FullPath,
            new PackOptions
            {
                Root = root,
                EndOf = ends.EndOf,
                OthersRun = ends.OthersRun,
                Describe = meta => Describe(meta, hook),
                MaxSize = _options.MaxSize,
                Parts = _options.Parts?.Limits,
                Writing = _options.Writing with { LeaveOpen = true },
            },
            Math.Min(_options.PackEvery, _options.Parts?.Limits.Size ?? long.MaxValue),
            journal,
            parts
        );
        var exitCode = child.Wait();
        relay.SetTarget(null);
        var end = new ProcessEnd(true, exitCode, LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic));
        ends.Root = new RootEnd(root, startTicks, end);
        var result = new RecordingResult { ExitCode = exitCode, Hook = hook };
        // Until the trace has its place, whatever happens.
        folder.IsKept = true;
        try
        {
            ends.WaitForOthers(folder.FullPath, _options.OrphanGrace);
            ends.Look(folder.FullPath);
            watch?.Dispose();
            var packed = packing.Complete(trace);
            _options.Written();
            folder.IsKept = false;
            return result with { Packed = packed, Parts = parts?.Parts ?? [] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return result with
            {
                // The program may have removed it.
                KeptFolder = Directory.Exists(folder.FullPath) ? folder.FullPath : null,
                Problem = $"the trace cannot be written: {e.Message}",
                Parts = parts?.Parts ?? [],
            };
        }
    }

    // The session knows what it asked for, also where no process wrote a segment.
    TraceMeta Describe(TraceMeta meta, HookChoice hook) =>
        meta with
        {
            Recorder =
                meta.Recorder.Length > 0 ? meta.Recorder
                : hook == HookChoice.Native ? "auditrules-native"
                : "auditrules-python",
            RecorderVersion = typeof(RecordingSession)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+')[0],
            Platform = meta.Platform.Length > 0 ? meta.Platform : RuntimeInformation.RuntimeIdentifier,
            ParentPid = Environment.ProcessId,
            WallClock = _wall,
            MonotonicClock = _mono,
            Profile = HookSettings.NameOf(_options.Profile),
            Include = [.. _options.Include],
            Exclude = [.. _options.Exclude],
            Environment = HookSettings.NameOf(_options.EnvironmentValues),
            Redacted = _options.Redact,
            Callers = _options.Callers,
            RunId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Commit = _options.Commit,
            Boot = SystemBoot.Id(),
            Host = Environment.MachineName,
            User = SystemUser.Name(),
            Directory = _options.WorkingDirectory ?? Directory.GetCurrentDirectory(),
            Part = _options.Parts is null ? 0 : 1,
        };

    static RecordingResult Fail(string message) =>
        new()
        {
            ExitCode = StartFailure.RecorderFailed,
            Failure = new StartFailure(StartFailure.RecorderFailed, message),
        };
}
