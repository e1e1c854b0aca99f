using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using AuditRules.Detection.CSharp.Tests.Hosting;
using static AuditRules.Detection.CSharp.Tests.Hosting.Check;

namespace AuditRules.Detection.CSharp.Tests;

/// <summary>What the libraries for plans bring with them.</summary>
static class ClosureTests
{
    public static IEnumerable<NamedTest> All =>
        [
            new("R104: AuditRules.Detection needs AuditRules.Events and .NET, nothing of F#", Closure),
            new("R104: FSharp.Core does not lie beside this program", NothingBeside),
        ];

    static void Closure()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(["AuditRules.Detection"]);
        while (open.TryDequeue(out var name))
        {
            // What is no file of this program's folder is .NET's own.
            if (found.Add(name) && File.Exists(FileOf(name)))
                ReferencesOf(name).ForEach(open.Enqueue);
        }

        Same(
            found.Where(name => !name.StartsWith("System.", StringComparison.Ordinal)),
            "AuditRules.Detection",
            "AuditRules.Events"
        );
    }

    static void NothingBeside() =>
        Same(Directory.GetFiles(AppContext.BaseDirectory, "FSharp*").Select(f => Path.GetFileName(f)));

    static string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    static List<string> ReferencesOf(string name)
    {
        using var image = new PEReader(File.OpenRead(FileOf(name)));
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(handle =>
                metadata.GetString(metadata.GetAssemblyReference(handle).Name)
            ),
        ];
    }
}
