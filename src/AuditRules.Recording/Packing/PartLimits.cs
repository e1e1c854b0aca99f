namespace AuditRules.Recording.Packing;

/// <summary>When a recording that is written in parts goes on in the next one (docs/spec/segment.md, S54).</summary>
public sealed record PartLimits
{
    /// <summary>The most bytes that a part may have, at least <see cref="PackOptions.LeastMaxSize"/>; null for any number.</summary>
    public long? Size { get; init; }

    /// <summary>How long a part lasts, more than nothing; null for any time.</summary>
    public TimeSpan? Time { get; init; }
}
