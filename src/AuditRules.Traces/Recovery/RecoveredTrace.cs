using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>What a recovery wrote.</summary>
/// <param name="TraceId">The id of both traces: 32 hexadecimal digits.</param>
/// <param name="Totals">The totals of the new trace, as END holds them.</param>
/// <param name="WasClosed">Whether the input had an END.</param>
/// <param name="Losses">How many LOSS records were added; 0 when nothing was lost.</param>
/// <param name="Tampering">Why the new trace is no good: the input is not what was written (T56); null for a good one.</param>
public sealed record RecoveredTrace(
    string TraceId,
    TraceTotals Totals,
    bool WasClosed,
    long Losses,
    TraceProblem? Tampering
)
{
    /// <summary>The new trace's head (T55).</summary>
    public TraceHead? Head { get; init; }
}

/// <summary>A place of the input that is not as it was written: between two frames that could be read.</summary>
/// <param name="Offset">The byte of the input where it begins.</param>
/// <param name="Message">What is wrong there, in words; of several damages the first.</param>
/// <param name="Damages">How many damages there are up to the next frame of events.</param>
/// <param name="Loss">What was lost with it, as the new trace tells it; null when nothing was.</param>
public sealed record RecoveredDamage(long Offset, string Message, int Damages, LossRecord? Loss)
{
    /// <summary>True when what stands there could be read, and is not (<see cref="DamageItem.IsUnread"/>).</summary>
    public bool IsUnread { get; init; }

    /// <summary>True when it is the beginning of another trace.</summary>
    public bool IsOtherTrace { get; init; }
}
