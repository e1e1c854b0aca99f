using System.IO.MemoryMappedFiles;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Events;

namespace AuditRules.Cli.Supervision;

/// <summary>What a worker is in the middle of.</summary>
enum WorkerState
{
    /// <summary>Nothing that is judged.</summary>
    Own = 0,

    /// <summary>Code of a rule, on an event.</summary>
    Rule = 1,

    /// <summary>The values of a rule file.</summary>
    File = 2,
}

/// <summary>Where the results of a worker go in the end.</summary>
enum ResultTarget
{
    /// <summary>To standard output.</summary>
    Output = 0,

    /// <summary>To standard error, among the messages.</summary>
    Error = 1,

    /// <summary>To a file.</summary>
    File = 2,
}

/// <summary>
/// Memory that a worker and its supervisor share: what runs in the worker now. Written by the worker alone, but for the
/// supervisor's pid and what it wishes; in the machine's own byte order, for it never leaves it.
/// </summary>
/// <remarks>
/// <code>
/// | offset | bytes | what                                                  |
/// |      0 |     4 | state                                                 |
/// |      4 |     4 | 1 once the worker has completed                       |
/// |      8 |     4 | its exit code then                                    |
/// |     12 |     4 | the supervisor's pid                                  |
/// |     16 |     8 | how often code of a rule or a file was begun          |
/// |     24 |     8 | the ordinal of the event                              |
/// |     32 |     8 | the time that a rule may take, in milliseconds        |
/// |     40 |     4 | where results go (ResultTarget)                       |
/// |     44 |     4 | 1 once the worker has its rules                       |
/// |     48 |     4 | 1 while it is to wait with them                       |
/// |     52 |     4 | 1 once it dies of a thread that a rule has started     |
/// |   4096 |  4096 | text: the rule's id, or the path of the file          |
/// |   8192 |  4096 | text: the event's name                                |
/// |  12288 |  4096 | text: the trace or the example that is being replayed |
/// |  16384 |  4096 | text: the id of the rule whose thread it dies of       |
/// |  20480 |  4096 | text: why the worker cannot write what it is to write |
/// </code>
/// A text is its length in characters (4 bytes) and these, in UTF-16.
/// </remarks>
sealed unsafe class WatchMemory : IRuleWatch, IDisposable
{
    const int Size = 24576;
    const int Slot = 4096;
    const int LongestText = (Slot - sizeof(int)) / sizeof(char);

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _start;
    string? _subject;
    string? _event;

    WatchMemory(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, Size);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>What the worker is in the middle of.</summary>
    public WorkerState State => (WorkerState)Volatile.Read(ref Int(0));

    /// <summary>Whether the worker has done all that it was to do.</summary>
    public bool IsComplete => Volatile.Read(ref Int(4)) != 0;

    /// <summary>The worker's exit code, once it has completed.</summary>
    public int ExitCode => Int(8);

    /// <summary>The supervisor's pid.</summary>
    public ref int Supervisor => ref Int(12);

    /// <summary>How often code of a rule or a file was begun.</summary>
    public long Calls => Volatile.Read(ref Long(16));

    /// <summary>The time that a rule may take without coming back, in milliseconds; 0 before the worker knows.</summary>
    public ref long Limit => ref Long(32);

    /// <summary>Where results go in the end: how they are laid out depends on it.</summary>
    public ResultTarget Target
    {
        get => (ResultTarget)Int(40);
        set => Int(40) = (int)value;
    }

    /// <summary>Whether the worker has its rules.</summary>
    public bool IsReady
    {
        get => Volatile.Read(ref Int(44)) != 0;
        set => Volatile.Write(ref Int(44), value ? 1 : 0);
    }

    /// <summary>Whether the worker is to wait when it has its rules.</summary>
    public bool Waits
    {
        get => Volatile.Read(ref Int(48)) != 0;
        set => Volatile.Write(ref Int(48), value ? 1 : 0);
    }

    /// <summary>What is being replayed: a trace or an example.</summary>
    public string Place
    {
        get => ReadText(3 * Slot);
        set => WriteText(3 * Slot, value);
    }

    /// <summary>Why the worker cannot write what it is to write; empty while it can.</summary>
    public string NoRoom
    {
        get => ReadText(5 * Slot);
        set => WriteText(5 * Slot, value);
    }

    /// <summary>Makes the file and maps it.</summary>
    public static WatchMemory Create(string path)
    {
        // Its room is taken before it is mapped: where there is none, the first byte of a sparse file is a SIGBUS.
        File.WriteAllBytes(path, new byte[Size]);
        return Open(path);
    }

    /// <summary>Maps the file that there is.</summary>
    public static WatchMemory Open(string path) =>
        new(MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size));

    /// <summary>A text as far as it has room.</summary>
    public static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText];

    /// <summary>That call of <see cref="Calls"/>, or null when it does not run any more.</summary>
    public WatchedCall? Find(long call)
    {
        var state = State;
        var found = new WatchedCall(
            state == WorkerState.File,
            ReadText(Slot),
            Long(24),
            ReadText(2 * Slot),
            Place
        );
        // The worker goes on meanwhile: what was read is that call's only if it runs still.
        Interlocked.MemoryBarrier();
        return Calls == call && state != WorkerState.Own && State == state ? found : null;
    }

    /// <summary>The rule of a thread that the worker died of, on no event that is known; null where there is none.</summary>
    public WatchedCall? Blamed =>
        Volatile.Read(ref Int(52)) == 0
            ? null
            : new WatchedCall(false, ReadText(4 * Slot), RuleFailure.NoEvent, "", Place);

    /// <inheritdoc/>
    public void Enter(string rule, EventView view)
    {
        Long(24) = view.Ordinal;
        var name = view.Name;
        // Ids and names are the same objects from event to event, mostly.
        if (!ReferenceEquals(name, _event))
            WriteText(2 * Slot, _event = name);
        Begin(rule, WorkerState.Rule);
    }

    /// <summary>This process dies of a thread that a rule has started. Other threads run on until it is gone, so that what
    /// they write of theirs does not count any more.</summary>
    public void Blame(string rule)
    {
        WriteText(4 * Slot, rule);
        Volatile.Write(ref Int(52), 1);
    }

    /// <summary>The values of a rule file are asked for.</summary>
    public void Enter(string file)
    {
        WriteText(2 * Slot, _event = "");
        Begin(file, WorkerState.File);
    }

    /// <inheritdoc/>
    public void Leave() => Volatile.Write(ref Int(0), (int)WorkerState.Own);

    /// <summary>The worker has completed.</summary>
    public void Complete(int exitCode)
    {
        Int(8) = exitCode;
        Volatile.Write(ref Int(4), 1);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    void Begin(string subject, WorkerState state)
    {
        if (!ReferenceEquals(subject, _subject))
            WriteText(Slot, _subject = subject);
        Volatile.Write(ref Long(16), Long(16) + 1);
        Volatile.Write(ref Int(0), (int)state);
    }

    ref int Int(int offset) => ref *(int*)(_start + offset);

    ref long Long(int offset) => ref *(long*)(_start + offset);

    void WriteText(int offset, string text)
    {
        var length = Math.Min(text.Length, LongestText);
        text.AsSpan(0, length).CopyTo(new Span<char>(_start + offset + sizeof(int), length));
        Int(offset) = length;
    }

    string ReadText(int offset) =>
        new((char*)(_start + offset + sizeof(int)), 0, Math.Clamp(Int(offset), 0, LongestText));
}
