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

    // Files of another machine, or of another boot's root, are not those that were meant.
    readonly bool _isHere = meta.Boot.Length > 0 && meta.Boot == SystemBoot.Id();
    readonly List<Attempt> _attempts = [];
    readonly List<Beginning> _beginnings = [];
    readonly Dictionary<int, Attempt> _execs = [];
    readonly Dictionary<(int Process, long Thread), string> _popens = [];

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
        var attempt = new Attempt(spawn, python, FactsOf(spawn, python, cleans));
        if (spawn.IsExec)
            _execs[spawn.Process] = attempt;
        else
            _attempts.Add(attempt);
    }

    /// <summary>A program began to be recorded.</summary>
    internal void Begin(Beginning beginning)
    {
        // The children of multiprocessing are started without an event, and so are no answer to one.
        if (
            _beginnings.Count < Most
            && !beginning.Command.Any(word =>
                word.StartsWith("from multiprocessing", StringComparison.Ordinal)
            )
        )
            _beginnings.Add(beginning);
    }

    /// <summary>A process did something that is not in the trace, or ended by exit: an exec before that has failed.</summary>
    internal void Skip(int process) => _execs.Remove(process);

    /// <summary>The attempts that nothing recorded answers, in the order of their events.</summary>
    internal ImmutableArray<ProcessRecord> Unanswered()
    {
        _attempts.AddRange(_execs.Values);
        _attempts.Sort((a, b) => a.Spawn.Event.CompareTo(b.Spawn.Event));
        // What came behind them may be the answer.
        if (_beginnings.Count >= Most)
            return [];
        new Answers(_attempts, _beginnings).Match();
        return [.. _attempts.Where(attempt => !attempt.IsMatched).Take(MostTold).Select(RecordOf)];
    }

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

    List<string> FactsOf(SpawnAttempt spawn, IReadOnlyList<string> python, bool cleans)
    {
        var facts = new List<string>();
        if (cleans || spawn.Variables?.Contains(_variable) == false)
            facts.Add(Environment);
        if (PythonName.IsOld(python[0]))
            facts.Add(OldPython);
        return facts;
    }

    // Where a PATH of its own leads to is not known: values of the environment are not recorded.
    IReadOnlyList<string> FactsOfFile(Attempt attempt) =>
        _isHere && (attempt.Spawn.Variables is null || attempt.Python[0].StartsWith('/'))
            ? ProgramFile.FactsOf(attempt.Python[0])
            : [];

    ProcessRecord RecordOf(Attempt attempt) =>
        new(
            ProcessChange.NotRecorded,
            -1,
            attempt.Spawn.Process,
            0,
            attempt.Spawn.Time,
            [.. Head(attempt.Spawn.Command)],
            null
        )
        {
            Facts = [.. attempt.Facts, .. FactsOfFile(attempt)],
        };
}
