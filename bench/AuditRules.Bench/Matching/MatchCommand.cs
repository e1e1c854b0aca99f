using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Bench;

/// <summary>
/// Processor time of rules over events in memory, best of five rounds that take turns. Only the ratios of one run are worth
/// keeping: they hold on other machines.
/// </summary>
static class MatchCommand
{
    const int Rounds = 5;

    public static int Run(int count)
    {
        Counts(count);
        Console.WriteLine();
        Clauses(count);
        return 0;
    }

    static void Counts(int count)
    {
        int[] rules = [1, 10, 100];
        var ways = rules
            .SelectMany(n =>
                new[] { "/other", MatchRules.Root }.Select(root =>
                    (MatchRules.Sequences(n), MatchStream.Of(count, n, root))
                )
            )
            .ToArray();
        var (seconds, _) = Best(ways);
        Console.WriteLine("| rules | no event in five waits | one event in five waits |");
        Console.WriteLine("|---|---|---|");
        for (var i = 0; i < rules.Length; i++)
        {
            var (none, fifth) = (seconds[0] / seconds[2 * i], seconds[0] / seconds[(2 * i) + 1]);
            Console.WriteLine($"| {rules[i]} | {none:F2} x | {fifth:F2} x |");
        }

        Console.Error.WriteLine($"one rule, nothing waits: {count / seconds[0] / 1e6:F2} million events/s");
    }

    static void Clauses(int count)
    {
        var clauses = MatchRules.Clauses();
        var stream = MatchStream.Of(count, 1, MatchRules.Root);
        var (seconds, findings) = Best([.. clauses.Select(c => (new[] { c.Rule }, stream))]);
        Console.WriteLine("| rule | findings | time of that of one step |");
        Console.WriteLine("|---|---|---|");
        for (var i = 0; i < clauses.Length; i++)
            Console.WriteLine($"| {clauses[i].Name} | {findings[i]} | {seconds[i] / seconds[0]:F2} x |");
        Console.Error.WriteLine($"one step: {count / seconds[0] / 1e6:F2} million events/s");
    }

    static (double[] Seconds, long[] Findings) Best((RulePlan[] Rules, MemoryFrame[] Stream)[] ways)
    {
        var best = new double[ways.Length];
        var findings = new long[ways.Length];
        Array.Fill(best, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < ways.Length; i++)
            {
                (var time, findings[i]) = Time(ways[i].Rules, ways[i].Stream);
                best[i] = Math.Min(best[i], time);
            }
        }

        return (best, findings);
    }

    static (double Seconds, long Findings) Time(RulePlan[] rules, MemoryFrame[] stream)
    {
        GC.Collect();
        // The time of this process alone: another one on the machine makes it no longer.
        var before = Environment.CpuUsage.TotalTime;
        var engine = new DetectionEngine(rules);
        foreach (var frame in stream)
            engine.Process(frame);
        var outcomes = engine.Complete([]).Outcomes;
        var time = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        return (time, outcomes.Sum(o => o.Findings));
    }
}
