using AuditRules.Detection.Matching;

namespace AuditRules.Replay;

/// <summary>How a trace is replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>Limits of matching. What the recording could contain is filled in from the trace.</summary>
    public DetectionOptions Detection { get; init; } = new();

    /// <summary>Told now and then how many events were read; null for nobody.</summary>
    public IProgress<long>? Progress { get; init; }
}
