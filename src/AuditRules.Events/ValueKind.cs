namespace AuditRules.Events;

/// <summary>What a <see cref="Value"/> holds. The numbers are part of the trace format (docs/spec/trace.md).</summary>
public enum ValueKind : byte
{
    /// <summary>No value: Python's <c>None</c>.</summary>
    Nil = 0,

    /// <summary>False.</summary>
    False = 1,

    /// <summary>True.</summary>
    True = 2,

    /// <summary>An integer that fits 64 signed bits.</summary>
    Int = 3,

    /// <summary>An IEEE 754 double.</summary>
    Float = 4,

    /// <summary>Text that is valid UTF-8.</summary>
    Str = 5,

    /// <summary>Bytes.</summary>
    Bytes = 6,

    /// <summary>An ordered list: Python's <c>list</c> or <c>tuple</c>.</summary>
    List = 7,

    /// <summary>Key and value pairs in the order in which they were recorded.</summary>
    Map = 8,

    /// <summary>Python text that is not UTF-8 (lone surrogates), kept as the raw bytes of <c>surrogatepass</c>.</summary>
    RawStr = 9,

    /// <summary>An integer beyond 64 signed bits.</summary>
    BigInt = 10,

    /// <summary>A value cut by a limit: its kind, full length, digest and head (<see cref="TruncatedValue"/>).</summary>
    Truncated = 11,

    /// <summary>An object of another type: the type's name, an identity and safe facts (<see cref="ObjectValue"/>).</summary>
    Object = 12,

    /// <summary>A secret that was taken out before it was stored (<see cref="RedactedValue"/>).</summary>
    Redacted = 13,
}
