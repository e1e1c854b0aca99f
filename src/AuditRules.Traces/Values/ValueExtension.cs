namespace AuditRules.Traces;

/// <summary>The MessagePack extension types (docs/spec/trace.md, section Values).</summary>
static class ValueExtension
{
    public const sbyte RawStr = 1;
    public const sbyte BigInt = 2;
    public const sbyte Truncated = 3;
    public const sbyte Object = 4;
    public const sbyte Redacted = 5;
}
