namespace AuditRules.Recording;

/// <summary>How a recording goes while the program runs.</summary>
/// <param name="Events">Events that were recorded so far.</param>
/// <param name="Processes">Processes that were recorded so far.</param>
/// <param name="Lost">Events that are known to be lost so far.</param>
public sealed record RecordingProgress(long Events, int Processes, long Lost)
{
    /// <summary>Nothing more comes: the program has ended, and what it recorded is in the trace.</summary>
    public bool HasEnded { get; init; }
}
