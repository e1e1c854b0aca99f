namespace AuditRules.Events.Json;

/// <summary>The names of records and of process changes (J15, J17).</summary>
static class RecordNames
{
    public const string Meta = "meta";
    public const string Process = "process";
    public const string Loss = "loss";
    public const string End = "end";

    static readonly string[] Changes = ["start", "fork", "exec", "exit", "not-recorded"];

    public static string NameOf(ProcessChange change) => Changes[(int)change];

    /// <summary>The change of that name; null when there is none.</summary>
    public static ProcessChange? ChangeOf(string name) =>
        Array.IndexOf(Changes, name) is >= 0 and var index ? (ProcessChange)index : null;
}
