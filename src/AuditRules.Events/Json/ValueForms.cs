namespace AuditRules.Events.Json;

/// <summary>The keys of the objects that stand for values which JSON lacks (J8), and the names of kinds in them.</summary>
static class ValueForms
{
    public const string Bytes = "$bytes";
    public const string RawStr = "$str";
    public const string Integer = "$int";
    public const string Float = "$float";
    public const string Map = "$map";
    public const string Object = "$object";
    public const string Truncated = "$truncated";
    public const string Redacted = "$redacted";

    static readonly string[] Kinds = ["str", "bytes", "list", "map", "rawstr", "bigint"];

    public static string NameOf(ValueKind kind) => Kinds[kind - ValueKind.Str];

    /// <summary>The kind of that name; nil when there is none.</summary>
    public static ValueKind KindOf(string name) =>
        Array.IndexOf(Kinds, name) is >= 0 and var index ? ValueKind.Str + (byte)index : ValueKind.Nil;

    /// <summary>Whether a fact's name would be taken for a member of the object's description.</summary>
    public static bool NeedsPrefix(string fact) => fact is "type" or "identity" || fact.StartsWith('$');
}
