using System.Globalization;
using System.Xml.Linq;
using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Capabilities.TestFramework;
using Microsoft.Testing.Platform.CommandLine;
using Microsoft.Testing.Platform.Configurations;
using Microsoft.Testing.Platform.Services;

namespace AuditRules.Detection.CSharp.Tests.Hosting;

/// <summary>Runs the tests, writes their results where <c>.ci/run</c> counts them, and says how many passed.</summary>
static class TestHost
{
    public static async Task<int> Run(string name, string[] args, IReadOnlyList<NamedTest> tests)
    {
        var outcomes = new List<TestOutcome>();
        string? junit = null;
        var builder = await TestApplication
            .CreateBuilderAsync(args, new() { EnableTelemetry = false })
            .ConfigureAwait(false);
        builder.CommandLine.AddProvider(() => new TestOptions());
        builder.RegisterTestFramework(
            _ => new TestFrameworkCapabilities(),
            (_, services) =>
            {
                if (
                    services.GetCommandLineOptions().TryGetOptionArgumentList(TestOptions.JUnit, out var file)
                )
                    junit = Path.Combine(
                        services.GetConfiguration().GetTestResultDirectory(),
                        file is [var given] ? Path.GetFullPath(given) : name + ".junit.xml"
                    );
                return new TestFramework(tests, outcomes);
            }
        );
        using var application = await builder.BuildAsync().ConfigureAwait(false);
        var exitCode = await application.RunAsync().ConfigureAwait(false);
        if (junit is not null)
            Write(junit, name, outcomes);
        var failed = outcomes.Count(o => o.Message is not null);
        if (outcomes.Count > 0)
            Console.Out.WriteLine($"{outcomes.Count - failed} passed, {failed} failed, 0 skipped");
        return exitCode;
    }

    static void Write(string file, string name, List<TestOutcome> outcomes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var suite = new XElement(
            "testsuite",
            new XAttribute("name", name),
            new XAttribute("tests", outcomes.Count),
            new XAttribute("failures", outcomes.Count(o => o.Message is not null)),
            new XAttribute("errors", 0),
            new XAttribute("skipped", 0),
            outcomes.Select(o => new XElement(
                "testcase",
                new XAttribute("classname", name),
                new XAttribute("name", o.Name),
                new XAttribute(
                    "time",
                    o.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)
                ),
                o.Message is null ? null : new XElement("failure", new XAttribute("message", o.Message))
            ))
        );
        new XDocument(new XElement("testsuites", suite)).Save(file);
    }
}
