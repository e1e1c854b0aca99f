using System.Collections.Immutable;
using System.CommandLine;

namespace AuditRules.Cli.Parsing;

/// <summary>An example in a command's help.</summary>
/// <param name="Line">What is typed.</param>
/// <param name="Meaning">What it does.</param>
sealed record Example(string Line, string Meaning);

/// <summary>A command with what its help says beyond its symbols.</summary>
sealed class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Examples; at least one for every command that runs.</summary>
    public required ImmutableArray<Example> Examples { get; init; }

    /// <summary>What stands for the command's words in the usage line, as <c>TRACE... [options]</c>.</summary>
    public required string Usage { get; init; }

    /// <summary>Further lines, as the exit codes.</summary>
    public string Details { get; init; } = "";
}
