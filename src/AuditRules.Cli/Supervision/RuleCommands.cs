namespace AuditRules.Cli.Supervision;

/// <summary>
/// Which command lines run code of rules: told from the words alone, so that a process that only supervises loads
/// neither the parser nor the compiler.
/// </summary>
static class RuleCommands
{
    static readonly string[] Help = ["--help", "-h", "-?", "--version"];

    /// <summary>Whether these words are such a command's. Where they are none that can be understood, it does not matter.</summary>
    public static bool Has(IReadOnlyList<string> arguments) =>
        !arguments.Any(a => Help.Contains(a, StringComparer.Ordinal))
        && arguments.FirstOrDefault(a => !a.StartsWith('-')) switch
        {
            "replay" or "test" or "rules" => true,
            "cut" => arguments.Any(a => a.StartsWith("--finding", StringComparison.Ordinal)),
            _ => false,
        };
}
