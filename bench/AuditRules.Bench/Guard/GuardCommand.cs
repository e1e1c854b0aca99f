using System.Diagnostics;
using System.Globalization;
using AuditRules.Events.Diagnostics;
using AuditRules.Scripting;
using Microsoft.FSharp.Collections;

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
        var rounds = Enumerable.Range(0, Rounds).Select(_ => Time(assembly)).ToArray();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                | over {compiled.Rules.Count} rules, {assembly.Length / 1024} KiB of code | ms a rule | of the time to compile them |
                |---|---|---|
                | the guard | {rounds.Min().TotalMilliseconds / compiled.Rules.Count:F3} | {100
                    * rounds.Min()
                    / compiling:F2} % |
                """
            )
        );
    }

    static TimeSpan Time(byte[] assembly)
    {
        var clock = Stopwatch.StartNew();
        if (!Guard.check(FSharpList<RuleFile>.Empty, FSharpList<Diagnostic>.Empty, assembly).IsEmpty)
            throw new InvalidOperationException("the guard refuses the rules");
        return clock.Elapsed;
    }
}
