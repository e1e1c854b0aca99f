namespace AuditRules.Detection.Matching;

/// <summary>What patterns say of an event or a value (R78).</summary>
enum Answer : byte
{
    /// <summary>They were not asked.</summary>
    NotAsked,

    /// <summary>It is none of theirs.</summary>
    No,

    /// <summary>What was kept of a value says no, and does not decide it.</summary>
    PerhapsNo,

    /// <summary>What was kept of a value says yes, and does not decide it.</summary>
    PerhapsYes,

    /// <summary>It is one of theirs.</summary>
    Yes,
}
