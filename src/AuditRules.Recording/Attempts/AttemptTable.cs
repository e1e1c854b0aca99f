using System.Collections.Immutable;
using System.IO.Enumeration;
using AuditRules.Events;

namespace AuditRules.Recording.Attempts;

/// <summary>
/// The attempts of a recording to start a Python, and the programs that began: an attempt without a beginning was
/// perhaps not recorded (rule S43).
/// </summary>
internal sealed class AttemptTable(TraceMeta meta)
{
    /// <summary>The program was given an environment that does not bring the hook in.</summary>
    internal const string Environment = "environment";

    /// <summary>The program's name is that of a Python before 3.8, which raises no events.</summary>
    internal const string OldPython = "old-python";

    // Claims of the recorded program must not cost memory without bound.
    const int Most = 10_000;
    const int MostTold = 500;
    const int MostCharacters = 256;

    readonly string _variable = meta.Recorder == "auditrules-python" ? "PYTHONPATH" : "LD_PRELOAD";

    // Without an event that every Python raises there is no segment of one that did nothing else.
    readonly bool _isBlind = IsExcluded(meta, "import") && IsExcluded(meta, "exec");
    readonly List<Attempt> _attempts = [];
    readonly List<Beginning> _beginnings = [];
    readonly Dictionary<int, Attempt> _execs = [];
    readonly Dictionary<(int Process, long Thread), string> _popens = [];

    sealed record Attempt(SpawnAttempt Spawn, IReadOnlyList<string> Python, bool Cleans)
    {
        internal bool IsMatched { get; set; }
        internal bool IsDirect => ReferenceEquals(Python, Spawn.Command);
        internal string Key => KeyOf(Spawn.Process, Python);
    }

    /// <summary>A program that began in a process: what its hook says of itself.</summary>
    sealed record Beginning(int Parent, int Forker, long Time, IReadOnlyList<string> Command)
    {
        internal bool IsTaken { get; set; }
        internal string Key => KeyOf(Parent, Command);
    }

    internal void Add(in EventView audited)
    {
        // What follows an exec in its process shows that it failed.
        if (_execs.Count > 0)
            _execs.Remove(audited.Process);
        if (_isBlind || _attempts.Count >= Most || SpawnEvents.Read(audited) is not { } spawn)
            return;
        if (
            PythonCommand.In(spawn.Command, out var cleans) is not { } python
            || PythonCommand.OnlyTells(python)
        )
            return;
        // From 3.13 on subprocess starts some programs by os.posix_spawn: two events, one program.
        var thread = (audited.Process, audited.Thread);
        var key = string.Join('\0', spawn.Command);
        if (audited.Name == "subprocess.Popen")
            _popens[thread] = key;
        else if (audited.Name == "os.posix_spawn" && _popens.Remove(thread, out var before) && before == key)
            return;
        var attempt = new Attempt(spawn, python, cleans);
        if (spawn.IsExec)
            _execs[spawn.Process] = attempt;
        else
            _attempts.Add(attempt);
    }

    /// <summary>A program began to be recorded.</summary>
    /// <param name="parent">The ordinal of the process that started it, or became it; -1 when it is not known.</param>
    /// <param name="forker">Where a forked child became it, the ordinal of the process that forked; else -1.</param>
    /// <param name="time">When, in nanoseconds since the Unix epoch.</param>
    /// <param name="command">Its command line; empty when it is not known.</param>
    internal void Begin(int parent, int forker, long time, IReadOnlyList<string> command)
    {
        // The children of multiprocessing are started without an event, and so are no answer to one.
        if (
            _beginnings.Count < Most
            && !command.Any(word => word.StartsWith("from multiprocessing", StringComparison.Ordinal))
        )
            _beginnings.Add(new Beginning(parent, forker, time, command));
    }

    /// <summary>A process did something that is not in the trace, or ended by exit: an exec before that has failed.</summary>
    internal void Skip(int process) => _execs.Remove(process);

    /// <summary>The attempts that nothing recorded answers, in the order of their events.</summary>
    internal ImmutableArray<ProcessRecord> Unanswered()
    {
        _attempts.AddRange(_execs.Values);
        _attempts.Sort((a, b) => a.Spawn.Event.CompareTo(b.Spawn.Event));
        if (_beginnings.Count >= Most)
            return [];
        TakeEqual();
        TakeNamed();
        TakeAny();
        return [.. _attempts.Where(attempt => !attempt.IsMatched).Take(MostTold).Select(RecordOf)];
    }

    // The same arguments: the program's own name may be a link, or a shim that starts another.
    void TakeEqual()
    {
        var byKey = _beginnings
            .GroupBy(b => b.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new Queue<Beginning>(g), StringComparer.Ordinal);
        foreach (var attempt in _attempts)
        {
            if (!byKey.TryGetValue(attempt.Key, out var same))
                continue;
            while (same.Count > 0 && same.Peek().Time < attempt.Spawn.Time)
                same.Dequeue();
            if (same.TryDequeue(out var beginning))
                Take(attempt, beginning);
        }
    }

    // Whatever a shell or another program was told to start: it may start several.
    void TakeNamed()
    {
        foreach (var attempt in _attempts.Where(a => !a.IsDirect && !a.IsMatched))
        {
            var text = string.Join(' ', attempt.Spawn.Command);
            foreach (var beginning in _beginnings)
            {
                if (
                    CanAnswer(attempt, beginning)
                    && beginning.Command.Count > 1
                    && beginning.Command.Skip(1).All(word => text.Contains(word, StringComparison.Ordinal))
                )
                {
                    Take(attempt, beginning);
                }
            }
        }
    }

    // Arguments that were cut, a script that starts a Python, a process whose parent is not known.
    void TakeAny()
    {
        foreach (var attempt in _attempts.Where(a => !a.IsMatched))
        {
            if (_beginnings.Find(b => CanAnswer(attempt, b)) is { } beginning)
                Take(attempt, beginning);
        }
    }

    static bool CanAnswer(Attempt attempt, Beginning beginning) =>
        !beginning.IsTaken
        && beginning.Time >= attempt.Spawn.Time
        && (
            beginning.Parent < 0
            || beginning.Parent == attempt.Spawn.Process
            || (!attempt.Spawn.IsExec && beginning.Forker == attempt.Spawn.Process)
        );

    static void Take(Attempt attempt, Beginning beginning)
    {
        attempt.IsMatched = true;
        beginning.IsTaken = true;
    }

    static string KeyOf(int process, IReadOnlyList<string> command) =>
        $"{process}\0{string.Join('\0', command.Skip(1))}";

    static bool IsExcluded(TraceMeta meta, string name) =>
        meta.Exclude.Any(glob => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false));

    // The event has it whole.
    static IEnumerable<string> Head(IReadOnlyList<string> command)
    {
        var left = MostCharacters;
        foreach (var word in command)
        {
            if (word.Length > left)
            {
                yield return $"{word[..(left > 0 && char.IsHighSurrogate(word[left - 1]) ? left - 1 : left)]}...";
                yield break;
            }

            left -= word.Length + 1;
            yield return word;
            if (left <= 0)
                yield break;
        }
    }

    ProcessRecord RecordOf(Attempt attempt)
    {
        var facts = ImmutableArray.CreateBuilder<string>();
        if (attempt.Cleans || attempt.Spawn.Variables?.Contains(_variable) == false)
            facts.Add(Environment);
        if (PythonName.IsOld(attempt.Python[0]))
            facts.Add(OldPython);
        return new ProcessRecord(
            ProcessChange.NotRecorded,
            -1,
            attempt.Spawn.Process,
            0,
            attempt.Spawn.Time,
            [.. Head(attempt.Spawn.Command)],
            null
        )
        {
            Facts = facts.ToImmutable(),
        };
    }
}
