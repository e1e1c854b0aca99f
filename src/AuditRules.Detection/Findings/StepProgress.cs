namespace AuditRules.Detection.Findings;

/// <summary>What an event of a step needs of the steps before it.</summary>
public enum StepJoin
{
    /// <summary>One of the same key that waits, or nothing: it is the first step.</summary>
    Key = 0,

    /// <summary>Any that waits: the step has no key.</summary>
    Any = 1,

    /// <summary>All others of its group.</summary>
    Group = 2,
}

/// <summary>How far a rule got at one step.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Matched">Events that the step's pattern took.</param>
/// <param name="WithoutPartner">Of these, those that no partial match was waiting for; see <see cref="Join"/>.</param>
/// <param name="TooLate">Of these, those that came after the window.</param>
/// <param name="Refused">Of these, those that a <c>where</c> refused.</param>
/// <param name="Taken">Of these, those that took the step.</param>
/// <param name="Dropped">Partial matches that waited for the step when an <c>unless</c> dropped them.</param>
public sealed record StepProgress(
    string Step,
    long Matched,
    long WithoutPartner,
    long TooLate,
    long Refused,
    long Taken,
    long Dropped
)
{
    /// <summary>What its events need of the steps before it.</summary>
    public StepJoin Join { get; init; }

    /// <summary>Of the events that matched, those that a <c>notPrecededBy</c> refused.</summary>
    public long Preceded { get; init; }

    /// <summary>Partial matches that waited for the step when an <c>until</c> dropped them.</summary>
    public long DroppedByUntil { get; init; }

    /// <summary>Partial matches whose run of the step had one event too many.</summary>
    public long RunsOver { get; init; }

    /// <summary>True when the step is a run that never had all its events.</summary>
    public bool IsShort { get; init; }

    /// <summary>Of the last step, matches that <c>notFollowedBy</c> dropped.</summary>
    public long Followed { get; init; }

    /// <summary>Of the last step, matches that an <c>until</c> dropped while they waited for the end of the window.</summary>
    public long Ended { get; init; }
}
