using System.Text;

namespace AuditRules.Generator;

static class Program
{
    const string Usage =
        "usage: AuditRules.Generator views|catalogue|signatures|sources|docs EVENTS.json OVERLAY.json OUT";

    static int Main(string[] arguments)
    {
        if (arguments is not [var what, var events, var overlay, var target])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        try
        {
            var catalogue = CatalogueReader.Read(File.ReadAllText(events), File.ReadAllText(overlay));
            var text = Generate(what, catalogue);
            if (text is null)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }

            Write(target, text);
            return 0;
        }
        catch (CatalogueException refused)
        {
            // In MSBuild's own form, so that the build shows each as an error of the data file.
            foreach (var problem in refused.Problems)
                Console.Error.WriteLine($"{overlay} : error AR9001: {problem}");
            return 1;
        }
    }

    static string? Generate(string what, IReadOnlyList<EventModel> catalogue) =>
        what switch
        {
            "views" => CSharpViews.Write(catalogue),
            "catalogue" => CSharpCatalogue.Write(catalogue),
            "signatures" => FSharpSignatures.Write(catalogue),
            "sources" => FSharpSources.Write(catalogue),
            "docs" => MarkdownTable.Write(catalogue),
            _ => null,
        };

    // Two builds of one project may run at a time: the file appears whole, by a move.
    static void Write(string target, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var aside = $"{target}.{Environment.ProcessId}";
        File.WriteAllText(aside, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(aside, target, overwrite: true);
    }
}
