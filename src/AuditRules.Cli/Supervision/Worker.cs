using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;
using AuditRules.Scripting;

namespace AuditRules.Cli.Supervision;

/// <summary>This process, where it is a worker: what it shares with its supervisor.</summary>
sealed partial class Worker
{
    const int EndWithParent = 1; // PR_SET_PDEATHSIG
    const int CoreFile = 4; // RLIMIT_CORE
    const int Kill = 9;
    const int Pause = 20; // ms
    const int CopySize = 128 * 1024;
    const int WriteOnlyNew = 0x241; // O_WRONLY | O_CREAT | O_TRUNC
    const int OnlyOwner = 0x180; // 0600

    // Those by which a user ends a command: the supervisor hears them, and ends the worker.
    static readonly int[] EndingSignals = [1, 2, 3, 15];

    readonly WorkerFolder _folder;
    readonly Spool _spool;
    readonly IReadOnlyList<RuleStop> _stops;
    ImmutableArray<RulePlan> _rules = [];

    Worker(WorkerFolder folder)
    {
        _folder = folder;
        Watch = WatchMemory.Open(folder.Watch);
        _spool = new(Opened(folder.Output), NoRoom);
        _stops = RuleStop.Read(folder.Stops);
    }

    /// <summary>What runs here now.</summary>
    public WatchMemory Watch { get; }

    /// <summary>A cache of its own for the workers of one command.</summary>
    public string Cache => _folder.Cache;

    /// <summary>Whether these words are a worker's.</summary>
    public static bool IsMeant(IReadOnlyList<string> arguments) =>
        arguments is [WorkerProcess.Word, var folder, ..] && File.Exists(new WorkerFolder(folder).Watch);

    /// <summary>Runs a command as a worker, and ends the process.</summary>
    public static int Run(IReadOnlyList<string> arguments, Func<IReadOnlyList<string>, CliHost, int> run)
    {
        // As wide as its supervisor's: the streams are the same still.
        var host = CliHost.OfProcess();
        var worker = new Worker(new WorkerFolder(arguments[1]));
        worker.Enter();
        var paths = new PathNames(host.CurrentFolder);
        AppDomain.CurrentDomain.UnhandledException += (_, e) => worker.Blame(e.ExceptionObject, paths);
        var code = run([.. arguments.Skip(2)], host.In(worker, worker._spool));
        worker._spool.Flush();
        worker.Watch.Complete(code);
        // Threads and handlers of rules have nothing more to say.
        Exit(code);
        return code;
    }

    /// <summary>A trace or an example of that name is about to be replayed: how.</summary>
    public DetectionOptions Begin(ImmutableArray<RulePlan> rules, string place)
    {
        Watch.Place = place;
        _rules = [.. WithBelow(rules)];
        return new() { Watch = Watch, Stopped = Stopped(place) };
    }

    // What rules are built on runs too, collected or not (R64).
    static IEnumerable<RulePlan> WithBelow(IEnumerable<RulePlan> rules)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<RulePlan>(rules);
        while (open.TryDequeue(out var rule))
        {
            if (!known.Add(rule.Info.Id))
                continue;
            yield return rule;
            foreach (var below in rule.BuiltOn)
                open.Enqueue(below);
        }
    }

    Dictionary<string, RuleFailure> Stopped(string place)
    {
        var failures = new Dictionary<string, RuleFailure>(StringComparer.Ordinal);
        foreach (var stop in _stops.Where(s => !s.IsFile))
        {
            foreach (var rule in _rules.Where(r => WatchMemory.Cut(r.Info.Id) == stop.Subject))
                failures[rule.Info.Id] = new(
                    stop.Place == place ? stop.Reason : $"{stop.Reason}, in {stop.Place}",
                    rule.Info.Source,
                    stop.Ordinal,
                    stop.EventName
                );
        }

        return failures;
    }

    /// <summary>Lets the loading of rule files be watched, leaves out those that were stopped before, and has what is
    /// compiled lie where the supervisor removes it.</summary>
    public void Prepare(RuleCompilerOptions options)
    {
        options.TemporaryFolder = _folder.Path;
        options.Loading = Watch.Enter;
        options.Loaded = Watch.Leave;
        options.LeftOut = _stops.Where(s => s.IsFile).ToDictionary(s => s.Subject, s => s.Reason);
    }

    /// <summary>Whether the traces are made only while the worker has its rules already.</summary>
    public bool IsEarly => Watch.Waits;

    /// <summary>The rules are there: waits for the traces, where there are none yet.</summary>
    public void WaitForTraces()
    {
        Watch.IsReady = true;
        while (Watch.Waits)
            Thread.Sleep(Pause);
    }

    /// <summary>An input that gives its bytes only once, in a file that can be read again by the next worker.</summary>
    public FileStream Keep(string name, Func<Stream> open)
    {
        var copy = _folder.CopyOf(name);
        if (!File.Exists(copy))
        {
            using (var input = open())
            using (var target = WorkerFolder.Write(() => Created(copy + ".part")))
                Copy(input, target);
            File.Move(copy + ".part", copy);
        }

        return File.OpenRead(copy);
    }

    /// <summary>Tells the supervisor of a file that is to be removed should this process be ended.</summary>
    public void NoteAside(string path) =>
        WorkerFolder.Write(() =>
        {
            File.AppendAllLines(_folder.Asides, [path]);
            return path;
        });

    WritableFile Opened(string path)
    {
        try
        {
            return Created(path);
        }
        catch (IOException e)
        {
            NoRoom(e);
            throw;
        }
    }

    static WritableFile Created(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write });

    // What is wrong with the input is told of the input, what is wrong with the copy of its place.
    static void Copy(Stream input, Stream target)
    {
        var buffer = new byte[CopySize];
        while (input.Read(buffer) is var read and > 0)
            _ = WorkerFolder.Write(() =>
            {
                target.Write(buffer, 0, read);
                target.Flush();
                return read;
            });
    }

    void NoRoom(IOException why)
    {
        Watch.NoRoom = why.Message;
        Exit((int)ExitCode.NoOutput);
    }

    // A thread that a rule has started dies, while the code of another rule may run, or none.
    void Blame(object thrown, PathNames paths)
    {
        var place = new StackTrace((Exception)thrown, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(f => f.GetFileName()?.EndsWith(".fsx", StringComparison.Ordinal) == true);
        if (place is null)
            return;
        var file = paths.Show(place.GetFileName()!);
        var line = place.GetFileLineNumber();
        var own = _rules
            .Where(r =>
                paths.Show(r.Info.Source.File) == file
                && !_stops.Any(s => s.Subject == WatchMemory.Cut(r.Info.Id))
            )
            .OrderBy(r => r.Info.Source.Line)
            .ToArray();
        // What stands before the first rule of a file is that one's.
        if ((own.LastOrDefault(r => r.Info.Source.Line <= line) ?? own.FirstOrDefault()) is { } rule)
            Watch.Blame(rule.Info.Id);
    }

    void Enter()
    {
        foreach (var signal in EndingSignals)
            _ = Ignore(signal, 1);
        _ = Control(EndWithParent, Kill);
        // A rule that ends the process is told of. Its memory holds the trace, and belongs into no folder.
        _ = Limit(CoreFile, [0, 0]);
        // Its end may have been before that.
        if (ParentId() != Watch.Supervisor)
            Exit((int)ExitCode.Fault);
        // Nothing that a rule or a dying runtime says is a result or a message.
        var words = Open(_folder.LastWords, WriteOnlyNew, OnlyOwner);
        _ = Duplicate(words, 1);
        _ = Duplicate(words, 2);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint value);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Limit(int resource, nuint[] softAndHard);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Ignore(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int place);
}
