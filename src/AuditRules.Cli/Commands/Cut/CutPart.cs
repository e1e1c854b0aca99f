using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Ranges;
using AuditRules.Cli.Replaying;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Replay;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Cut;

/// <summary>Finds the part of a trace that is wanted, and writes it.</summary>
sealed class CutPart(CommandContext context, string path, long margin)
{
    string Shown => context.Paths.Show(path);

    /// <summary>The range that was asked for.</summary>
    public TraceRange Of(RangeWish wish) => Read(file => wish.In(file.FirstTime() ?? 0));

    /// <summary>The margin around the event of an ordinal.</summary>
    public TraceRange Around(long ordinal)
    {
        var range = new TraceRange
        {
            FromOrdinal = ordinal,
            ToOrdinal = ordinal == long.MaxValue ? ordinal : ordinal + 1,
        };
        var time = Read(file => file.Events(range).Select(e => (long?)e.Time).FirstOrDefault());
        return time is { } found
            ? Around(found, found)
            : throw new CommandFailure(
                ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture, $"{Shown} has no event of ordinal {ordinal}"),
                $"The first number of a line is the ordinal: auditrules inspect {Shown} --events"
            );
    }

    /// <summary>The margin around the events of a finding.</summary>
    public TraceRange Around(string id, ImmutableArray<RulePlan> rules)
    {
        using var stream = TraceFiles.Open(context, path);
        var options = ReplayRun.Options(context, Shown, rules);
        var replayed = TraceFiles.Read(context, path, () => TraceReplay.Run(stream, Shown, rules, options));
        var times = replayed
            .Detection.Findings.Where(f => f.Id == id)
            .SelectMany(f => f.Events)
            .Select(e => e.Event.Time)
            .ToArray();
        if (times.Length > 0)
            return Around(times.Min(), times.Max());
        throw replayed.Detection.Outcomes.FirstOrDefault(o => o.Verdict == Verdict.Failed) is { } failed
            ? new CommandFailure(
                ExitCode.RuleFailed,
                $"the rules find no finding {id} in {Shown}, but rule {failed.Rule.Id} failed: {failed.Reason}",
                $"It stands at {failed.Rule.Source}."
            )
            : new CommandFailure(
                ExitCode.Usage,
                $"the rules find no finding {id} in {Shown}",
                $"Each finding says its id: auditrules replay {Shown}"
            );
    }

    /// <summary>Writes the range.</summary>
    public ExitCode Write(string target, TraceRange range)
    {
        OutputFile.RequireOther(context, target, [path]);
        using var input = TraceFiles.Open(context, path);
        using var output = OutputFile.Create(context, target);
        var cut = TraceFiles.Read(context, path, () => Run(input, output, range, target));
        if (cut.Tampering is { } tampering)
            throw TraceFiles.Tampered(context, path, tampering);
        if (cut.Problem is { } problem)
            throw new CommandFailure(
                ExitCode.Damage,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Shown} is not whole: {problem.Message} (at byte {problem.Offset})"
                ),
                $"Cut what can be read of it: auditrules recover {Shown} -o whole.atrace"
            );
        if (cut.Events == 0)
            throw new CommandFailure(
                ExitCode.Usage,
                $"no event of {Shown} lies in that range",
                $"This says when it begins and how long it is: auditrules inspect {Shown}"
            );
        output.Complete(context);
        context.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"auditrules: {cut.Events:N0} of {cut.Events + cut.Left:N0} events in {context.Paths.Show(target)}"
            )
        );
        if (cut.Head is { } head)
            context.NoteHead(head);
        return ExitCode.Clean;
    }

    CutTrace Run(Stream input, OutputFile output, TraceRange range, string target)
    {
        try
        {
            return TraceCut.Run(input, output.Stream, range);
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, target, e.Message);
        }
    }

    // What is wanted ends with the last event's time and the margin, both of it.
    TraceRange Around(long first, long last) =>
        new()
        {
            FromTime = (long)Int128.Max((Int128)first - margin, long.MinValue),
            ToTime = (long)Int128.Min((Int128)last + margin + 1, long.MaxValue),
        };

    T Read<T>(Func<TraceFile, T> read)
    {
        using var stream = TraceFiles.Open(context, path);
        return TraceFiles.Read(
            context,
            path,
            () =>
            {
                using var file = TraceFile.Open(stream);
                return read(file);
            }
        );
    }
}
