using System.Text;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.RuleSets;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Cli.Commands.Init;

/// <summary>A file that <c>init</c> writes.</summary>
/// <param name="Path">Its place in the folder, with forward slashes.</param>
/// <param name="Replaces">Whether it takes the place of one that is there: only of what holds for one machine.</param>
/// <param name="IsSample">Whether it is for a folder without rules alone: elsewhere it may have been removed or renamed.</param>
/// <param name="Content">What is in it.</param>
sealed record StarterFile(string Path, bool Replaces, bool IsSample, Func<byte[]> Content);

/// <summary>What a folder of rules begins with (docs/cli.md, C106).</summary>
static class StarterFiles
{
    /// <summary>The sample rule, from the folder.</summary>
    public const string Rule = "rules/credentials.fsx";

    /// <summary>The files, in the order in which they are told of.</summary>
    /// <param name="host">Where the sample recording comes from.</param>
    public static IReadOnlyList<StarterFile> Of(CliHost host) =>
        [
            new(Rule, false, true, () => Resource("credentials.fsx")),
            new($"rules/{RuleFiles.EditorFile}", true, false, () => Encoding.UTF8.GetBytes(EditorFile())),
            new(
                "rules/.gitignore",
                false,
                false,
                () => "# Holds for one machine: auditrules init makes it.\nauditrules.fsx\n"u8.ToArray()
            ),
            new("recordings/sample.atrace", false, true, () => File.ReadAllBytes(Shipped(host))),
            new("recordings/sample.expected", false, true, () => Resource("sample.expected")),
            new(".github/workflows/auditrules.yml", false, true, () => Resource("workflow.yml")),
        ];

    /// <summary>A script that references the rule language where it lies on this machine (C108).</summary>
    static string EditorFile()
    {
        var text = new StringBuilder(
            """
            // Where the rule language lies on this machine: for editors and `dotnet fsi`. Made by `auditrules init`, which makes
            // it anew on another machine; `auditrules` itself ignores it.

            """
        );
        foreach (var type in new[] { typeof(Value), typeof(RulePlan), typeof(Rule) })
            text.Append("#r @\"")
                .Append(type.Assembly.Location.Replace("\"", "\"\"", StringComparison.Ordinal))
                .Append("\"\n");
        return text.ToString();
    }

    static string Shipped(CliHost host) =>
        System.IO.Path.Combine(host.ShippedFolder, "recordings", "demo", "demo.atrace");

    static byte[] Resource(string name)
    {
        using var stream = typeof(StarterFiles).Assembly.GetManifestResourceStream("init/" + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
