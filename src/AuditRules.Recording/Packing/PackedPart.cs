using AuditRules.Events;
using AuditRules.Recording.Attempts;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>The part of a trace that a session made while its program ran, and was killed.</summary>
internal sealed class PackedPart : IDisposable
{
    readonly TraceReader? _reader;
    readonly Dictionary<int, long> _events = [];
    readonly Dictionary<int, ProcessRecord> _beginnings = [];

    PackedPart(TraceReader? reader, TraceMeta? meta, IReadOnlyList<ImageState> images)
    {
        _reader = reader;
        Meta = meta;
        Images = images;
    }

    /// <summary>What the trace says of its recording; null where it is gone or cannot be read.</summary>
    internal TraceMeta? Meta { get; }
    internal IReadOnlyList<ImageState> Images { get; }

    /// <summary>Opens the part in a folder; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static PackedPart? Open(string folder)
    {
        if (PackJournal.Read(folder) is not { } journal)
            return null;
        FileStream? stream = null;
        try
        {
            stream = SegmentFile.OpenRegular(Path.Combine(folder, PackJournal.TraceName));
            var reader = new TraceReader(
                new StreamHead(stream, journal.Length),
                new TraceReaderOptions { Validate = true }
            );
            if (reader.Read() is MetaItem { Meta: var meta })
                return new PackedPart(reader, meta, journal.Images);
        }
        catch (Exception e) when (e is TraceFormatException or FileNotFoundException)
        {
            // What the journal says of it is known all the same, and is lost.
        }

        stream?.Dispose();
        return new PackedPart(null, null, journal.Images);
    }

    /// <summary>Writes what is in it into a new trace.</summary>
    internal void CopyTo(TraceWriter writer, AttemptTable attempts)
    {
        while (_reader?.Read() is { } item)
        {
            switch (item)
            {
                case ProcessItem { Record: var record }:
                    if (record.Change is ProcessChange.Start or ProcessChange.Fork or ProcessChange.Exec)
                        _beginnings[record.Process] = record;
                    writer.Add(record);
                    break;
                case LossItem loss:
                    writer.Add(loss.Record);
                    break;
                case EventsItem { Frame: { } frame }:
                    for (var row = 0; row < frame.Count; row++)
                    {
                        var audited = new EventView(frame, row);
                        _events[audited.Process] = EventsOf(audited.Process) + 1;
                        writer.Add(audited);
                        attempts.Add(audited);
                    }

                    break;
            }
        }
    }

    /// <summary>How many events of a process were copied.</summary>
    internal long EventsOf(int process) => _events.GetValueOrDefault(process);

    /// <summary>The beginning of a process, where it was copied.</summary>
    internal ProcessRecord? BeginningOf(int process) => _beginnings.GetValueOrDefault(process);

    public void Dispose() => _reader?.Dispose();
}
