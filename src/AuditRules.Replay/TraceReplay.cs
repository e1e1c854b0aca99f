using AuditRules.Detection.Findings;
using AuditRules.Detection.Matching;
using AuditRules.Detection.Plans;
using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Replay;

/// <summary>Replays a trace against rules: frames that no rule looks at are checked, but not decoded.</summary>
public static class TraceReplay
{
    /// <summary>Replays the whole trace.</summary>
    /// <param name="input">The trace, read from its first byte to its last; left open. Where it can be sought, it is read
    /// again when that tells more of findings beyond the limit (docs/spec/rules.md, R107).</param>
    /// <param name="path">The path that findings name; empty for none.</param>
    /// <param name="rules">The rules, of distinct ids.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="TraceFormatException">The input is no trace, or a trace of a later version.</exception>
    public static ReplayResult Run(
        Stream input,
        string path,
        IReadOnlyCollection<RulePlan> rules,
        ReplayOptions? options = null
    )
    {
        options ??= new();
        var start = input.CanSeek ? input.Position : 0;
        var (result, missing) = Pass(input, path, rules, options, null);
        if (!result.Detection.HasUnjudged || !input.CanSeek)
            return result;
        input.Position = start;
        var told = options with { Detection = options.Detection with { Missing = missing }, Progress = null };
        return Pass(input, path, rules, told, result.Meta).Result;
    }

    static (ReplayResult Result, MissingEvents Missing) Pass(
        Stream input,
        string path,
        IReadOnlyCollection<RulePlan> rules,
        ReplayOptions options,
        TraceMeta? meta
    )
    {
        var engine = new DetectionEngine(
            rules,
            options.Detection with
            {
                WhyBlind = pattern => RecordingCoverage.WhyBlind(meta, pattern),
            }
        );
        using var reader = new TraceReader(
            input,
            new()
            {
                Wanted = engine.Wants,
                ChecksSeal = true,
                LeaveOpen = true,
            }
        );
        var processes = new List<ProcessRecord>();
        var losses = new List<LossRecord>();
        var damages = new List<DamageItem>();
        TraceTotals? totals = null;
        var events = 0L;
        long? firstTime = null;
        var lastTime = 0L;
        while (reader.Read() is { } item)
        {
            switch (item)
            {
                case EventsItem { Frame: { } frame } found:
                    if (Process(engine, found.Offset, frame) is { } damage)
                        damages.Add(damage);
                    firstTime ??= frame.FirstTime;
                    lastTime = frame.LastTime;
                    options.Progress?.Report(events += frame.Count);
                    break;
                case EventsItem skipped:
                    engine.Skip(skipped.Summary.Count);
                    firstTime ??= skipped.Summary.FirstTime;
                    lastTime = skipped.Summary.LastTime;
                    options.Progress?.Report(events += skipped.Summary.Count);
                    break;
                case MetaItem found:
                    meta = found.Meta;
                    break;
                case ProcessItem found:
                    processes.Add(found.Record);
                    break;
                case LossItem found:
                    losses.Add(found.Record);
                    break;
                case DamageItem found:
                    damages.Add(found);
                    break;
                case EndItem found:
                    totals = found.Totals;
                    break;
            }
        }

        var trace = new TraceReference(path, reader.TraceId);
        var missing = new MissingEvents(
            [.. losses, .. damages.Select(AsLoss), .. Unnamed(totals, losses, lastTime)],
            [
                .. EndOfTrace.GapsOf(processes, lastTime),
                .. EndOfTrace.GapsOf(meta, totals, firstTime ?? 0, lastTime),
            ]
        );
        var result = engine.Complete(missing.Losses, missing.Gaps);
        var replayed = new ReplayResult(
            trace,
            meta,
            result with
            {
                Findings = [.. result.Findings.Select(f => f with { Trace = trace })],
                Outcomes =
                    WhyDoubted(reader.Tampering, processes) is { } reason
                        ? [.. result.Outcomes.Select(o => Doubt(o, reason))]
                    : IsPart(meta, totals) ? [.. result.Outcomes.Select(outcome => DoubtPart(outcome, rules))]
                    : result.Outcomes,
            },
            [.. processes],
            [.. losses],
            [.. damages],
            totals
        )
        {
            Tampering = reader.Tampering,
        };
        return (replayed, missing);
    }

    // Whoever changed the trace may have taken away what a rule looks for, and a process that was not recorded, or not
    // to its end, may have done it (docs/spec/rules.md, R77).
    static string? WhyDoubted(TraceProblem? tampering, List<ProcessRecord> processes)
    {
        if (tampering is not null)
            return "the trace was tampered with";
        if (processes.Find(p => p.Suspicion.Length > 0) is { } suspect)
            return FormattableString.Invariant(
                $"events of process {suspect.Process} may be missing ({suspect.Suspicion})"
            );
        if (processes.Find(p => p.Change == ProcessChange.NotRecorded) is not { } missing)
            return null;
        return missing.Parent < 0
            ? "a program that was started was perhaps not recorded"
            : FormattableString.Invariant(
                $"a program that process {missing.Parent} started was perhaps not recorded"
            );
    }

    static RuleOutcome Doubt(RuleOutcome outcome, string reason) =>
        outcome.Verdict == Verdict.Clean
            ? outcome with
            {
                Verdict = Verdict.Unknown,
                Reason = reason,
            }
            : outcome;

    // It begins, or ends, where the recording does not (trace.md, T62).
    static bool IsPart(TraceMeta? meta, TraceTotals? totals) =>
        meta is { Part: > 1 } || totals is { Continues: true };

    // The other events of a sequence, or of a count, may be in another part.
    static RuleOutcome DoubtPart(RuleOutcome outcome, IReadOnlyCollection<RulePlan> rules) =>
        outcome.Verdict == Verdict.Clean
        && rules.First(rule => rule.Info.Id == outcome.Rule.Id).NeedsSeveralEvents
            ? outcome with
            {
                Verdict = Verdict.Unknown,
                Reason = EndOfTrace.OtherPart,
            }
            : outcome;

    // Columns are decoded when a rule asks: what breaks the format under checksums that hold is found only then, and
    // only where a rule looks. Such a file was made by hand.
    static DamageItem? Process(DetectionEngine engine, long offset, EventFrame frame)
    {
        try
        {
            engine.Process(frame);
            return null;
        }
        catch (TraceFormatException malformed)
        {
            return new(offset, DamageCode.Malformed, malformed.Message, frame.Count);
        }
    }

    // Losses that no record tells of: what came after a trace that was not closed, what END alone counts.
    static IEnumerable<LossRecord> Unnamed(TraceTotals? totals, List<LossRecord> losses, long lastTime)
    {
        if (totals is null)
            yield return new(-1, "not closed", 0, lastTime, 0, []);
        else if (totals.Lost > LossRecord.CountOf(losses))
            yield return new(-1, "not told", totals.Lost, 0, 0, []);
    }

    // Damage may have taken any event: what it says of a rule is what a loss without names says.
    static LossRecord AsLoss(DamageItem damage) => new(-1, "damaged", damage.Events ?? 0, 0, 0, []);
}
