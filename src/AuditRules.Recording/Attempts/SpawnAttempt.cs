namespace AuditRules.Recording.Attempts;

/// <summary>A program that a recorded process was about to start, by one of its events.</summary>
/// <param name="Process">The ordinal of that process.</param>
/// <param name="Event">The ordinal of the event.</param>
/// <param name="Time">Its time, in nanoseconds since the Unix epoch.</param>
/// <param name="Command">The program and its arguments, with marks for secrets.</param>
/// <param name="IsExec">The process becomes the program, where it can.</param>
/// <param name="Variables">
/// The names of the variables that it was given; null when it has the process's, or they are not known.
/// </param>
internal sealed record SpawnAttempt(
    int Process,
    long Event,
    long Time,
    IReadOnlyList<string> Command,
    bool IsExec,
    IReadOnlySet<string>? Variables
);
