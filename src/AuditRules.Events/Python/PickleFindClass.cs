namespace AuditRules.Events.Python;

public readonly partial struct PickleFindClass
{
    /// <summary>Module and name of what is looked up, as <c>posix.system</c>.</summary>
    [ReadsArguments(0, 1)]
    public string QualifiedName => $"{ModuleName}.{GlobalName}";
}
