namespace AuditRules.Generator;

/// <summary>The event sources of the rule language: Py.Open and its like.</summary>
public static class FSharpSources
{
    /// <summary>The file's text.</summary>
    public static string Write(IReadOnlyList<EventModel> catalogue) => throw new NotSupportedException();
}
