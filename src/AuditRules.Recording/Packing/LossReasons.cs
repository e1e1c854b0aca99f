namespace AuditRules.Recording.Packing;

/// <summary>Reasons of losses that others ask for by name (docs/spec/trace.md, T37).</summary>
public static class LossReasons
{
    /// <summary>A recorded process was still running when its segments were read: what it did since is missing.</summary>
    public const string StillRunning = "still-running";

    /// <summary>Events of a trace could not be read.</summary>
    internal const string Damage = "damage";

    /// <summary>The trace had reached the size that it may have.</summary>
    public const string MaxSize = "max-size";
}
