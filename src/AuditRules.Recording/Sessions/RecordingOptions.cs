using AuditRules.Recording.Packing;
using AuditRules.Traces;

namespace AuditRules.Recording;

/// <summary>Which events are recorded.</summary>
public enum RecordingProfile
{
    /// <summary>All but what only makes noise (docs/spec/segment.md, rule S36).</summary>
    Security,

    /// <summary>All.</summary>
    All,
}

/// <summary>How values of environment variables are recorded (rule S34).</summary>
public enum EnvironmentValues
{
    /// <summary>Neither names nor values.</summary>
    None,

    /// <summary>Names, and a pseudonym for each value.</summary>
    Keys,

    /// <summary>Names and values as they are.</summary>
    All,
}

/// <summary>What is brought into the recorded program.</summary>
public enum HookChoice
{
    /// <summary>The native hook where its library is at hand, else the Python hook.</summary>
    Auto,

    /// <summary>The library in <c>LD_PRELOAD</c>.</summary>
    Native,

    /// <summary>The module in <c>PYTHONPATH</c>, which sees less.</summary>
    Python,
}

/// <summary>What is run and how it is recorded.</summary>
public sealed record RecordingOptions
{
    /// <summary>The program, looked for in PATH unless it has a slash, and its arguments. At least one.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The program's working folder; null for this process's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The program's environment; null for what this process was started with, byte for byte.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Variables to set on top of that; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> EnvironmentChanges { get; init; } =
        new Dictionary<string, string?>();

    /// <summary>Which events are recorded.</summary>
    public RecordingProfile Profile { get; init; }

    /// <summary>Globs over event names that are recorded although the profile drops them; none has a comma.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs over event names that are not recorded, whatever else says; none has a comma.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>How values of environment variables are recorded.</summary>
    public EnvironmentValues EnvironmentValues { get; init; } = EnvironmentValues.Keys;

    /// <summary>Put marks in place of secrets in texts (docs/spec/segment.md, section 11).</summary>
    public bool Redact { get; init; } = true;

    /// <summary>Record the code that caused each event.</summary>
    public bool Callers { get; init; } = true;

    /// <summary>What is brought into the program.</summary>
    public HookChoice Hook { get; init; }

    /// <summary>
    /// The folder of <c>libauditrules_hook.so</c> and of the folder <c>python</c>; null for <c>hook</c> beside this
    /// library.
    /// </summary>
    public string? HookFolder { get; init; }

    /// <summary>Where the session makes its private folder; null for the system's folder of temporary files.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>
    /// How long the session waits, after the command's end, for processes that it left behind. Those that outlast it
    /// are packed as they are and have no exit in the trace.
    /// </summary>
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Make this process the parent of orphans of the recorded program while it runs, to learn how they end. Their
    /// ends are collected here; a program that starts other children on its main thread meanwhile sets this to false.
    /// </summary>
    public bool AdoptOrphans { get; init; } = true;

    /// <summary>
    /// Told a few times a second how it goes, and once when the program has ended, on a thread of its own; null for
    /// nobody.
    /// </summary>
    public Action<RecordingProgress>? Progress { get; init; }

    /// <summary>
    /// By how many bytes segments grow, while the program runs, before they are packed and those that are wholly packed
    /// are removed.
    /// </summary>
    public long PackEvery { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most bytes that the trace may have; null for any number (<see cref="PackOptions.MaxSize"/>).</summary>
    public long? MaxSize { get; init; }

    /// <summary>
    /// Where the recording goes in parts; null for one trace. Then nothing is written to the stream, and
    /// <see cref="MaxSize"/> is that of all parts.
    /// </summary>
    public PartFiles? Parts { get; init; }

    /// <summary>
    /// Called when the whole trace was written, before the segments are removed: a caller that moves it to its place
    /// does so here. An IOException from it keeps the segments.
    /// </summary>
    public Action Written { get; init; } = static () => { };

    /// <summary>The commit of the recorded program, for the trace; empty when not known.</summary>
    public string Commit { get; init; } = "";

    /// <summary>How the trace is written.</summary>
    public TraceWriterOptions Writing { get; init; } = new() { LeaveOpen = true };
}
