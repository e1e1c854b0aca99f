using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// The items of a damaged trace as a recovered one would have them: what was lost with damage is a LOSS before the next
/// frame of events (T59), META that is lost is what the first events say (T58), and END is true of what is there.
/// </summary>
public static class ToldTrace
{
    /// <summary>Reads a trace to its end. Damage is given too, as it comes; END, where there is one, is the last item. Of a
    /// trace that is whole the items are its own.</summary>
    /// <param name="reader">The trace, of which nothing was read.</param>
    /// <exception cref="TraceFormatException">A frame needs what this reader does not know.</exception>
    public static IEnumerable<TraceItem> Read(TraceReader reader)
    {
        var told = new Queue<LossRecord>();
        var losses = new LossTally(told.Enqueue, static _ => { });
        var events = 0L;
        var hasMeta = false;
        EndItem? end = null;
        foreach (var item in reader.ReadToEnd())
        {
            switch (item)
            {
                case DamageItem damage:
                    losses.Note(damage);
                    yield return item;
                    continue;
                case EventsItem { Summary: var frame }:
                    losses.Settle(item.Offset, frame.FirstOrdinal, frame.FirstTime);
                    losses.Pass(frame);
                    events += frame.Count;
                    break;
                case LossItem loss:
                    losses.Tell(loss.Record);
                    break;
                case EndItem found:
                    losses.Settle(item.Offset, found.Totals.Events, 0);
                    end = found;
                    continue;
            }

            if (!hasMeta && item is not MetaItem)
                yield return new MetaItem(item.Offset, RecoveredMeta.From(item) ?? new TraceMeta());
            hasMeta = true;
            while (told.TryDequeue(out var loss))
                yield return new LossItem(item.Offset, loss);
            yield return item;
        }

        losses.FinishFrames(reader.Position, end is not null);
        while (told.TryDequeue(out var loss))
            yield return new LossItem(reader.Position, loss);
        if (end is not null)
            yield return end with
            {
                Totals = end.Totals with { Events = events, Lost = losses.Total(end.Totals) },
            };
    }
}
