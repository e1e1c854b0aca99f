namespace AuditRules.Recording.Attempts;

/// <summary>An attempt to start a Python.</summary>
/// <param name="Spawn">The event that tells of it.</param>
/// <param name="Python">The Python in its command line, and the arguments.</param>
/// <param name="Facts">What makes it likelier that it was not recorded (rule S43).</param>
internal sealed record Attempt(SpawnAttempt Spawn, IReadOnlyList<string> Python, IReadOnlyList<string> Facts)
{
    /// <summary>A beginning answers it.</summary>
    internal bool IsMatched { get; set; }

    /// <summary>Through a shell or another program.</summary>
    internal bool IsIndirect => !ReferenceEquals(Python, Spawn.Command);

    internal string Text { get; } = string.Join(' ', Spawn.Command);

    /// <summary>What it has in common with a beginning of the same process and arguments.</summary>
    internal string Key { get; } = Beginning.KeyOf(Spawn.Process, Python);
}
