using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>From traces to one (docs/cli.md, C59).</summary>
static class TraceMerge
{
    public static ExitCode Pack(
        CommandContext context,
        IReadOnlyList<string> paths,
        string target,
        ColumnCodec codec
    )
    {
        TraceFiles.RequireFiles(context, paths);
        OutputFile.RequireOther(context, target, paths);
        var streams = new List<Stream>(paths.Count);
        try
        {
            var sources = new List<PackSource>(paths.Count);
            foreach (var path in paths)
            {
                streams.Add(TraceFiles.Open(context, path));
                sources.Add(TraceFiles.Read(context, path, () => PackSource.Look(streams[^1])));
            }

            if (TracePacker.Check(sources) is { } problem)
                throw Refusal(context, problem, sources, paths);
            using var output = OutputFile.Create(context, target);
            var isUnread = false;
            var packed = Run(
                context,
                sources,
                paths,
                output,
                target,
                codec,
                damage => isUnread |= damage.IsUnread
            );
            output.Complete(context);
            context.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"auditrules: {packed.Totals.Events:N0} event{(packed.Totals.Events == 1 ? "" : "s")} of {paths.Count:N0} trace{(paths.Count == 1 ? "" : "s")} in {context.Paths.Show(target)}"
                )
            );
            if (packed.Head is { } head)
                context.NoteHead(head);
            return packed.Losses > 0 || isUnread ? ExitCode.Damage : ExitCode.Clean;
        }
        finally
        {
            streams.ForEach(s => s.Dispose());
        }
    }

    static PackedTrace Run(
        CommandContext context,
        List<PackSource> sources,
        IReadOnlyList<string> paths,
        OutputFile output,
        string target,
        ColumnCodec codec,
        Action<RecoveredDamage> told
    )
    {
        try
        {
            return TraceFiles.Read(
                context,
                paths[0],
                () =>
                    TracePacker.Run(
                        sources,
                        output.Stream,
                        new() { Codec = codec, LeaveOpen = true },
                        (source, damage) =>
                        {
                            told(damage);
                            DamageLine.Say(
                                context,
                                paths[source],
                                $"{context.Paths.Show(paths[source])}, ",
                                damage
                            );
                        }
                    )
            );
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, target, e.Message);
        }
    }

    static string Parts(PackSource source) =>
        source.Meta.LastPart > source.Meta.Part
            ? $"parts {source.Meta.Part} to {source.Meta.LastPart}"
            : $"part {source.Meta.Part}";

    static CommandFailure Refusal(
        CommandContext context,
        PackProblem problem,
        List<PackSource> sources,
        IReadOnlyList<string> paths
    )
    {
        if (sources[problem.Source].Tampering is { } tampering)
            return TraceFiles.Tampered(context, paths[problem.Source], tampering);
        var one = context.Paths.Show(paths[problem.Source]);
        var other = context.Paths.Show(paths[problem.Other]);
        return problem.Kind switch
        {
            PackProblemKind.SameTrace => new(
                ExitCode.NotATrace,
                $"{other} and {one} are one trace: each event would be there twice",
                "Name it once."
            ),
            PackProblemKind.SameEvents => new(
                ExitCode.NotATrace,
                $"{one} and {other} both have events of trace {problem.Id}: these would be there twice",
                "Name one of them; meta of auditrules inspect --events --format jsonl has what each was made of."
            ),
            PackProblemKind.SamePart => new(
                ExitCode.NotATrace,
                $"{one} is {Parts(sources[problem.Source])} and {other} {Parts(sources[problem.Other])} of one recording: neither goes behind the other",
                "Name one of them, or the parts that they were made of."
            ),
            PackProblemKind.BootNotKnown => new(
                ExitCode.NotATrace,
                $"{one} does not say of which boot of which machine it is: its times cannot be compared with others",
                "Replay the traces side by side: auditrules replay takes several."
            ),
            PackProblemKind.OtherBoot => new(
                ExitCode.NotATrace,
                $"{one} is of another boot or machine than {other}: their times cannot be compared",
                "Replay the traces side by side: auditrules replay takes several."
            ),
            PackProblemKind.MetaTooLarge => new(
                ExitCode.NotATrace,
                "what the traces say of their recordings is more than one trace can",
                "Pack fewer of them."
            ),
            _ => new(
                ExitCode.NotATrace,
                "the traces have more processes than one trace can",
                "Pack fewer of them."
            ),
        };
    }
}
