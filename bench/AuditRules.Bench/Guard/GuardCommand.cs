using System.Diagnostics;
using System.Globalization;
using System.Runtime.Loader;
using AuditRules.Events.Diagnostics;
using AuditRules.Scripting;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace AuditRules.Bench;

/// <summary>What the guard costs, over the rules that come with AuditRules.</summary>
static class GuardCommand
{
    // Of an entry of the cache: a digest and a verdict stand before the assembly.
    const int Head = 33;
    const int Rounds = 20;

    public static int Run(string folder)
    {
        var cache = Directory.CreateTempSubdirectory("auditrules-bench-").FullName;
        try
        {
            Report(Path.GetFullPath(folder), cache);
            return 0;
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    static void Report(string folder, string cache)
    {
        var options = new RuleCompilerOptions { CacheFolder = cache, RulesFolders = [folder] };
        var files = Directory
            .GetFiles(folder, "*.fsx", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var clock = Stopwatch.StartNew();
        using var compiled = new RuleCompiler(options).Compile(files);
        var compiling = clock.Elapsed;
        var assembly = File.ReadAllBytes(Directory.GetFiles(cache).Single())[Head..];
        var guard = Best(() =>
            Guard.check(false, FSharpList<RuleFile>.Empty, FSharpList<Diagnostic>.Empty, assembly)
        );
        var loaded = new AssemblyLoadContext("bench").LoadFromStream(new MemoryStream(assembly));
        var types = loaded.GetTypes();
        var file = RuleFileModule.read(files[0], files[0]);
        var fileOf = FSharpFunc<Type, RuleFile>.FromConverter(_ => file);
        var values = Best(() =>
            KeptState.find(fileOf, loaded, new Lazy<OwnFields.Use>(() => OwnFields.uses(assembly)), types)
        );
        string Row(string what, TimeSpan time) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {time.TotalMilliseconds / compiled.Rules.Count:F3} | {100 * time / compiling:F2} % |"
            );

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                | over {compiled.Rules.Count} rules, {assembly.Length
                    / 1024} KiB of code | ms a rule | of the time to compile them |
                |---|---|---|
                {Row("code, before it is loaded", guard)}
                {Row("values, when they are made", values)}
                """
            )
        );
    }

    static TimeSpan Best(Func<FSharpList<Diagnostic>> check) =>
        Enumerable.Range(0, Rounds).Select(_ => Time(check)).Min();

    static TimeSpan Time(Func<FSharpList<Diagnostic>> check)
    {
        var clock = Stopwatch.StartNew();
        var told = check();
        var time = clock.Elapsed;
        if (!told.IsEmpty)
            throw new InvalidOperationException($"the guard refuses the rules: {told.Head}");
        return time;
    }
}
