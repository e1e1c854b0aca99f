namespace AuditRules.Generator;

/// <summary>The data files say something that cannot be built.</summary>
public sealed class CatalogueException(IReadOnlyList<string> problems)
    : Exception(string.Join('\n', problems))
{
    /// <summary>What is wrong, each with the event and what to do.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
