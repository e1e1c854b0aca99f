namespace AuditRules.Detection.Plans;

/// <summary>How much a finding matters. Ordered: a higher number matters more.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Info = 0,

    /// <summary>Unlikely to be harmful alone.</summary>
    Low = 1,

    /// <summary>To be looked at.</summary>
    Medium = 2,

    /// <summary>Probably harmful.</summary>
    High = 3,

    /// <summary>To be acted on at once.</summary>
    Critical = 4,
}
