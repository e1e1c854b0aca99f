using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The events of a trace, one a line (docs/cli.md, C51 to C54).</summary>
sealed class EventListing(CommandContext context, EventFilter filter, IEventLines lines)
{
    readonly KnownNames _known = new();
    long _listed;
    int _left = filter.Head ?? int.MaxValue;
    bool _damage;
    bool _told;

    // Who reads has had enough, as `head` has: what comes is read for nobody.
    bool IsStopped => context.Host.OutputIsClosed();

    public static ExitCode Write(CommandContext context, string path, EventFilter filter, string format)
    {
        using var stream = TraceFiles.Open(context, path);
        using var lines = LinesOf(context, format);
        using var source = new EventSource(stream, filter);
        var listing = new EventListing(context, filter, lines);
        TraceFiles.Read(context, path, () => listing.Write(source));
        foreach (var damage in source.Damages)
            listing.Tell(damage);
        if (listing.IsStopped)
            return listing._damage ? ExitCode.Damage : ExitCode.Clean;
        if (source.IsUnclosed)
            context.Note(
                $"auditrules: {context.Paths.Show(path)} has no end: its recorder still writes it, or died; what came later is not in it"
            );
        listing._known.Add(source.Names);
        var explained = listing._known.Explain(context, filter, source.IsWhole || source.Names.Any());
        // Where the events could not be read, the damage was said: that there are none is not known.
        var unread = listing._told && source.Last is null;
        if (!explained && !unread && listing._listed == 0 && filter is { Head: not 0, Tail: not 0 })
            context.Note($"auditrules: {EmptyAnswer.Of(source, filter)}");
        if (source.Tampering is { } tampering)
        {
            TraceFiles.TellTampered(context, path, tampering);
            return ExitCode.Tampered;
        }

        return listing._damage ? ExitCode.Damage : ExitCode.Clean;
    }

    static IEventLines LinesOf(CommandContext context, string format) =>
        format switch
        {
            InspectFormat.JsonLines => new JsonEventLines(context),
            InspectFormat.MessagePack => new MessagePackEvents(context),
            _ => new TextEventLines(context),
        };

    void Write(EventSource source)
    {
        if (filter.Tail is not { } count)
        {
            foreach (var audited in Events(source, source.Parts().First()))
                Write(audited);
            return;
        }

        var parts = new List<Queue<AuditEvent>>();
        foreach (var part in source.Parts())
        {
            var tail = new Queue<AuditEvent>();
            var room = count - parts.Sum(p => p.Count);
            foreach (var audited in Events(source, part))
                Keep(tail, audited, room);
            parts.Add(tail);
            if (tail.Count == room)
                break;
        }

        foreach (var audited in Enumerable.Reverse(parts).SelectMany(p => p))
            Write(audited.View);
    }

    void Write(EventView audited)
    {
        lines.Write(audited);
        _listed++;
    }

    IEnumerable<EventView> Events(EventSource source, IEnumerable<TraceItem> items)
    {
        foreach (var item in items)
        {
            if (item is not EventsItem events)
            {
                Write(item, source);
                continue;
            }

            source.Note(events.Summary);
            _known.Add(events.Summary.Names);
            foreach (var audited in events.Frame is { } frame ? source.Chosen(frame) : [])
            {
                if (IsStopped || _left-- <= 0)
                    yield break;
                yield return audited;
            }

            // Without more to list there is no more to read.
            if (_left <= 0 || IsStopped)
                yield break;
        }
    }

    void Write(TraceItem item, EventSource source)
    {
        if (item is DamageItem found)
        {
            Tell(found);
            return;
        }

        _damage |= item is LossItem;
        // Of a part it is not known which processes there are besides.
        if (item is ProcessItem process && source.IsWhole)
            _known.Add(process.Record);
        if (filter.IsEmpty)
            lines.Write(item, source.TraceId);
    }

    void Tell(DamageItem damage)
    {
        _damage = _told = true;
        context.Messages.Line(
            FormattableString.Invariant($"auditrules: damage at byte {damage.Offset:N0}: {damage.Message}")
        );
    }

    static void Keep(Queue<AuditEvent> tail, EventView audited, int count)
    {
        if (count == 0)
            return;
        if (tail.Count == count)
            tail.Dequeue();
        tail.Enqueue(audited.Detach());
    }
}
