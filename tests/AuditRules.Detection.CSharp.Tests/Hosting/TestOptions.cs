using Microsoft.Testing.Platform.CommandLine;
using Microsoft.Testing.Platform.Extensions;
using Microsoft.Testing.Platform.Extensions.CommandLine;

namespace AuditRules.Detection.CSharp.Tests.Hosting;

/// <summary>The option that all test programs of this repository have: <c>.ci/run</c> gives it to them alike.</summary>
sealed class TestOptions : ICommandLineOptionsProvider
{
    public const string JUnit = "junit-summary";

    public string Uid => "auditrules-csharp-options";

    public string Version => "1.0.0";

    public string DisplayName => "Options of tests in C#";

    public string Description => "A file of results.";

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public IReadOnlyCollection<CommandLineOption> GetCommandLineOptions() =>
        [
            new(
                JUnit,
                "Write results as JUnit XML: to this file, or to ASSEMBLY.junit.xml among the results.",
                ArgumentArity.ZeroOrOne,
                isHidden: false
            ),
        ];

    public Task<ValidationResult> ValidateOptionArgumentsAsync(
        CommandLineOption commandOption,
        string[] arguments
    ) => ValidationResult.ValidTask;

    public Task<ValidationResult> ValidateCommandLineOptionsAsync(ICommandLineOptions commandLineOptions) =>
        ValidationResult.ValidTask;
}
