using System.CommandLine;

namespace AuditRules.Cli.Parsing;

/// <summary>The options that every command has.</summary>
static class CommonOptions
{
    public static Option<bool> Quiet { get; } =
        new("--quiet", "-q") { Description = "Print findings and errors only", Recursive = true };

    public static Option<bool> NoColor { get; } =
        new("--no-color") { Description = "Print no colours (as NO_COLOR=1 does)", Recursive = true };
}
