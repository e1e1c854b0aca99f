using AuditRules.Events;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>The part of a trace that a session made while its program ran, and was killed.</summary>
internal sealed class PackedPart : IDisposable
{
    readonly TraceReader _reader;

    PackedPart(TraceReader reader, TraceMeta meta, IReadOnlyList<ImageState> images)
    {
        _reader = reader;
        Meta = meta;
        Images = images;
    }

    internal TraceMeta Meta { get; }
    internal IReadOnlyList<ImageState> Images { get; }

    /// <summary>Opens the part in a folder; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static PackedPart? Open(string folder)
    {
        if (PackJournal.Read(folder) is not { } journal)
            return null;
        var stream = SegmentFile.OpenRegular(Path.Combine(folder, PackJournal.TraceName));
        try
        {
            var reader = new TraceReader(
                new StreamHead(stream, journal.Length),
                new TraceReaderOptions { Validate = true }
            );
            if (reader.Read() is MetaItem { Meta: var meta })
                return new PackedPart(reader, meta, journal.Images);
        }
        catch (TraceFormatException)
        {
            // It is none of ours any more: the gap that it leaves before the segments is a loss.
        }

        stream.Dispose();
        return null;
    }

    /// <summary>Writes what is in it into a new trace; gives the number of events.</summary>
    internal long CopyTo(TraceWriter writer)
    {
        while (_reader.Read() is { } item)
        {
            switch (item)
            {
                case ProcessItem process:
                    writer.Add(process.Record);
                    break;
                case LossItem loss:
                    writer.Add(loss.Record);
                    break;
                case DamageItem damage:
                    writer.Add(new LossRecord(-1, "damage", damage.Events ?? 0, 0, 0, []));
                    break;
                case EventsItem { Frame: { } frame }:
                    for (var row = 0; row < frame.Count; row++)
                        writer.Add(new EventView(frame, row));
                    break;
            }
        }

        return writer.Events;
    }

    public void Dispose() => _reader.Dispose();
}
