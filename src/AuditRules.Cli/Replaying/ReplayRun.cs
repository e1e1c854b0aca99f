using System.Collections.Immutable;
using System.Diagnostics;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.RuleSets;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;
using AuditRules.Replay;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Replaying;

/// <summary>Replays traces against rules and makes the report of it.</summary>
static class ReplayRun
{
    /// <summary>Replays every trace as a world of its own.</summary>
    public static ReplayReport Of(
        CommandContext context,
        IReadOnlyList<string> traces,
        RuleSet rules,
        bool timings
    )
    {
        var clock = Stopwatch.StartNew();
        var reports = traces.Select(path => One(context, path, rules.Rules)).ToImmutableArray();
        return new ReplayReport(reports)
        {
            LeftOut = rules.LeftOut,
            Timings = timings ? new ReplayTimings(rules.Milliseconds, clock.ElapsedMilliseconds) : null,
        };
    }

    /// <summary>Replays one trace.</summary>
    public static TraceReport One(CommandContext context, string path, ImmutableArray<RulePlan> rules)
    {
        using var stream = TraceFiles.Open(context, path);
        var shown = context.Paths.Show(path);
        var result = TraceFiles.Read(
            context,
            path,
            () => TraceReplay.Run(stream, shown, rules, Options(context, shown, rules))
        );
        return new TraceReport(result.Trace, WithShownPaths(result.Detection, context))
        {
            Losses = result.Losses,
            Suspicions = [.. result.Processes.Where(p => p.Suspicion.Length > 0)],
            NotRecorded = [.. result.Processes.Where(p => p.Change == ProcessChange.NotRecorded)],
            Damages =
            [
                .. result.Damages.Select(d => new ReportedDamage(d.Code.ToString(), d.Offset, d.Message)
                {
                    Events = d.Events,
                }),
            ],
            Tampering = result.Tampering is { } found
                ? new ReportedDamage(found.Code, found.Offset, found.Message)
                : null,
            Closed = result.Closed,
            Commands = CommandsOf(result),
        };
    }

    /// <summary>How a command that replayed ends (docs/cli.md, C20 and C24).</summary>
    public static ExitCode CodeOf(ReplayReport report, Severity? failOn, bool strict)
    {
        var totals = report.Totals;
        var codes = new List<ExitCode>();
        if (totals.Tampered > 0)
            codes.Add(ExitCode.Tampered);
        if (totals.Count(Verdict.Failed) > 0 || !report.LeftOut.IsEmpty)
            codes.Add(ExitCode.RuleFailed);
        var unanswered = totals.Count(Verdict.Unknown) + totals.Count(Verdict.Blind);
        if (strict && (unanswered > 0 || totals.Unclosed > 0 || totals.Suspicions > 0))
            codes.Add(ExitCode.Unknown);
        if (failOn is { } limit && totals.BySeverity.Any(s => s.Severity >= limit && s.Findings > 0))
            codes.Add(ExitCode.Findings);
        if (totals.Damages > 0 || totals.Losses > 0)
            codes.Add(ExitCode.Damage);
        return ExitCodes.Of(codes);
    }

    /// <summary>How a trace is replayed that is shown by that name: watched, where this is a worker.</summary>
    public static ReplayOptions Options(
        CommandContext context,
        string shown,
        ImmutableArray<RulePlan> rules
    ) => new() { Detection = context.Host.Worker?.Begin(rules, shown) ?? new() };

    static DetectionResult WithShownPaths(DetectionResult result, CommandContext context) =>
        result with
        {
            Outcomes = [.. result.Outcomes.Select(o => o with { Failure = Shown(o.Failure, context) })],
        };

    static RuleFailure? Shown(RuleFailure? failure, CommandContext context) =>
        failure is null
            ? null
            : failure with
            {
                Location = failure.Location with { File = context.Paths.Show(failure.Location.File) },
            };

    // A fork goes on with its parent's program; an exec begins another one.
    static Dictionary<int, string> CommandsOf(ReplayResult result)
    {
        var commands = new Dictionary<int, string>();
        foreach (var record in result.Processes)
        {
            if (record.Change is ProcessChange.Exit or ProcessChange.NotRecorded)
                continue;
            if (!record.Command.IsDefaultOrEmpty)
                commands[record.Process] = CommandText.Of(record.Command);
            else if (commands.TryGetValue(record.Parent, out var inherited))
                commands.TryAdd(record.Process, inherited);
        }

        return commands;
    }
}
