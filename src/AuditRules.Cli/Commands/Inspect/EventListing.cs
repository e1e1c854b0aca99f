using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The events of a trace, one a line (docs/cli.md, C51 to C53).</summary>
static class EventListing
{
    public static ExitCode Write(CommandContext context, string path, EventFilter filter, string format)
    {
        using var stream = TraceFiles.Open(context, path);
        using var lines = ReportOptions.IsJson(format)
            ? (IEventLines)new JsonEventLines(context)
            : new TextEventLines(context);
        var damage = false;
        var known = new KnownNames();
        TraceFiles.Read(
            context,
            path,
            () =>
            {
                // Validated: a frame made by hand must not end the listing with an exception half way.
                using var reader = new TraceReader(
                    stream,
                    new() { Wanted = filter.TakesName, Validate = true }
                );
                damage = Write(context, reader, filter, lines, known);
                if (reader.AtEnd && !reader.Closed)
                    context.Note(
                        $"auditrules: {context.Paths.Show(path)} has no end: its recorder still writes it, or died; what came later is not in it"
                    );
            }
        );
        known.Explain(context, filter);
        return damage ? ExitCode.Damage : ExitCode.Clean;
    }

    static bool Write(
        CommandContext context,
        TraceReader reader,
        EventFilter filter,
        IEventLines lines,
        KnownNames known
    )
    {
        var damage = false;
        var left = filter.Head ?? int.MaxValue;
        var tail = filter.Tail is { } count ? new Queue<AuditEvent>(Math.Min(count, 1024)) : null;
        foreach (var item in reader.ReadToEnd())
        {
            switch (item)
            {
                case EventsItem events:
                    known.Add(events.Summary);
                    foreach (var audited in events.Frame is { } frame ? Chosen(frame, filter) : [])
                    {
                        if (left-- <= 0)
                            break;
                        if (tail is null)
                            lines.Write(audited);
                        else
                            Keep(tail, audited.Detach(), filter.Tail!.Value);
                    }

                    break;
                case DamageItem found:
                    damage = true;
                    context.Messages.Line(
                        FormattableString.Invariant(
                            $"auditrules: damage at byte {found.Offset:N0}: {found.Message}"
                        )
                    );
                    break;
                default:
                    damage |= item is LossItem;
                    if (item is ProcessItem process)
                        known.Add(process.Record);
                    if (filter.IsEmpty)
                        lines.Write(item);
                    break;
            }

            // Without more to list there is no more to read.
            if (left <= 0 && tail is null)
                break;
        }

        foreach (var audited in tail ?? [])
            lines.Write(audited.View);
        return damage;
    }

    static IEnumerable<EventView> Chosen(EventFrame frame, EventFilter filter)
    {
        var taken = new bool[frame.Shapes.Length];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = filter.TakesName(frame.Shapes[i].Name);
        for (var row = 0; row < frame.Count; row++)
        {
            if (
                taken[frame.ShapeColumn[row]]
                && new EventView(frame, row) is var audited
                && filter.Takes(audited)
            )
                yield return audited;
        }
    }

    static void Keep(Queue<AuditEvent> tail, AuditEvent audited, int count)
    {
        if (count == 0)
            return;
        if (tail.Count == count)
            tail.Dequeue();
        tail.Enqueue(audited);
    }
}
