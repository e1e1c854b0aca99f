using AuditRules.Recording.Packing;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>How a recording ended.</summary>
public sealed record RecordingResult
{
    /// <summary>The command's exit status, 128 + n for signal n; 125 to 127 when it did not start.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Why the command did not start, or null. Then nothing was recorded and no trace was written.</summary>
    public StartFailure? Failure { get; init; }

    /// <summary>What was packed, in all parts together; null when the command did not start or the trace could not be written.</summary>
    public PackResult? Packed { get; init; }

    /// <summary>
    /// The parts that are in their places, of a recording in parts; those that were one too many are not among them.
    /// </summary>
    public IReadOnlyList<RecordedPart> Parts { get; init; } = [];

    /// <summary>The hook that was used: <see cref="HookChoice.Native"/> or <see cref="HookChoice.Python"/>.</summary>
    public HookChoice Hook { get; init; }

    /// <summary>
    /// The folder of segments, kept because the trace could not be written; the trace can be made of it later. Null
    /// when all went well.
    /// </summary>
    public string? KeptFolder { get; init; }

    /// <summary>One line that says why the trace could not be written; null when it was.</summary>
    public string? Problem { get; init; }
}
