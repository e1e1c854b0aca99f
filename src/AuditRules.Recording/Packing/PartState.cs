namespace AuditRules.Recording.Packing;

/// <summary>What <c>packed.log</c> says of the part that is written (docs/spec/segment.md, S55).</summary>
internal sealed record PartState
{
    /// <summary>The file in the folder that holds it; a name without folders.</summary>
    public string Trace { get; init; } = "";

    /// <summary>Its number, from 1.</summary>
    public int Part { get; init; }

    /// <summary>The path that it has once it is whole.</summary>
    public string Target { get; init; } = "";

    /// <summary>Its head; empty while it is written, and where it has none.</summary>
    public string Head { get; init; } = "";

    /// <summary>It is closed.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Totals of the part, as far as they are known.</summary>
    public long Raised { get; init; }
    public long Filtered { get; init; }
    public long Lost { get; init; }

    /// <summary>How many bytes the parts before have.</summary>
    public long Before { get; init; }

    /// <summary>When it ends by its time, as wall time; 0 where it does not.</summary>
    public long Ends { get; init; }
}
