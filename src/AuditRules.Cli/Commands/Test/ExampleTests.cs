using AuditRules.Cli.Hosting;
using AuditRules.Cli.RuleSets;
using AuditRules.Detection.Examples;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;

namespace AuditRules.Cli.Commands.Test;

/// <summary>The examples that stand in rules.</summary>
static class ExampleTests
{
    public static void Run(CommandContext context, RuleSet rules, TestResults results)
    {
        var options = context.Host.Worker?.Begin(rules.Rules, "its examples") ?? new();
        foreach (var rule in rules.Rules)
        {
            var name = $"{rule.Info.Source} {rule.Info.Id}";
            if (!rule.Examples.Any(e => e.ShouldFire))
                results.Fail(name, "it has no example that it must fire on: add one with shouldFire [ ... ]");
            if (options.Stopped.TryGetValue(rule.Info.Id, out var stopped))
            {
                results.Fail(
                    $"{name} examples",
                    stopped.Ordinal == RuleFailure.NoEvent
                        ? stopped.Message
                        : FormattableString.Invariant(
                            $"{stopped.Message}, on event {stopped.Ordinal} {stopped.EventName}"
                        )
                );
                continue;
            }

            foreach (var result in ExampleRunner.Run(rule, options))
            {
                var test = $"{name} example {result.Number} ({Expectation(result.Example)})";
                if (result.Passed)
                    results.Pass(test);
                else
                    results.Fail(test, result.Reason);
            }
        }
    }

    static string Expectation(RuleExample example) => example.ShouldFire ? "should fire" : "should not fire";
}
