using AuditRules.Events;
using AuditRules.Recording.Attempts;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>What a session had packed while its program ran, when it was killed or could not go on.</summary>
internal sealed class PackedPart : IDisposable
{
    // That of a trace, with its id (trace.md, T1).
    const int PreambleLength = 36;

    readonly TraceReader? _reader;
    readonly Dictionary<int, long> _events = [];
    readonly Dictionary<int, ProcessRecord> _beginnings = [];

    readonly bool _isInPlace;

    PackedPart(TraceReader? reader, TraceMeta? meta, PackedLog log, bool isInPlace)
    {
        _reader = reader;
        _isInPlace = isInPlace;
        Meta = isInPlace ? meta! with { Part = meta.Part + 1, Previous = log.Part!.Head } : meta;
        Images = isInPlace ? [.. log.Images.Select(state => state with { Events = 0 })] : log.Images;
        State = isInPlace
            ? new PartState
            {
                Part = log.Part!.Part + 1,
                Before = log.Part.Before + log.Length,
                Ends = log.Part.Ends,
            }
            : log.Part;
    }

    /// <summary>What the trace says of its recording; null where it is gone or cannot be read.</summary>
    internal TraceMeta? Meta { get; }
    internal IReadOnlyList<ImageState> Images { get; }

    /// <summary>The part of the recording that it is; null for a recording without parts.</summary>
    internal PartState? State { get; }

    /// <summary>Opens the part in a folder; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static PackedPart? Open(string folder)
    {
        if (PackJournal.Read(folder) is not { } log)
            return null;
        FileStream? stream = null;
        try
        {
            stream = SegmentFile.OpenRegular(PackJournal.TraceOf(folder, log.Part));
            var isInPlace = IsInPlace(log, stream);
            var reader = new TraceReader(
                new StreamHead(stream, log.Length),
                new TraceReaderOptions { Validate = true }
            );
            if (reader.Read() is MetaItem { Meta: var meta })
                return new PackedPart(reader, meta, log, isInPlace);
        }
        catch (Exception e) when (e is TraceFormatException or FileNotFoundException)
        {
            // What the journal says of it is known all the same, and is lost.
        }

        stream?.Dispose();
        return new PackedPart(null, null, log, isInPlace: false);
    }

    // A closed part that was put into its place just before the session ended (rule S55).
    static bool IsInPlace(PackedLog log, FileStream trace)
    {
        if (log.Part is not { IsClosed: true, Target: var target } || !File.Exists(target))
            return false;
        try
        {
            using var placed = SegmentFile.OpenRegular(target);
            if (placed.Length != log.Length)
                return false;
            Span<byte> here = stackalloc byte[PreambleLength];
            Span<byte> there = stackalloc byte[PreambleLength];
            var isSame =
                trace.ReadAtLeast(here, here.Length, throwOnEndOfStream: false) == here.Length
                && placed.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length
                && here.SequenceEqual(there);
            trace.Position = 0;
            return isSame;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes what is in it into a new trace; of a part that is in its place only the beginnings of processes that live.
    /// </summary>
    internal void CopyTo(TraceWriter writer, AttemptTable attempts)
    {
        if (_isInPlace)
            CopyLiving(writer);
        else
            CopyAll(writer, attempts);
    }

    void CopyLiving(TraceWriter writer)
    {
        while (_reader!.Read() is { } item)
        {
            if (item is ProcessItem { Record: var record } && IsBeginning(record))
                _beginnings[record.Process] = record;
        }

        foreach (var state in Images)
        {
            if (state.HasEnded)
                _beginnings.Remove(state.Ordinal);
            else if (state.HasBegun && _beginnings.TryGetValue(state.Ordinal, out var beginning))
                writer.Add(beginning);
        }
    }

    static bool IsBeginning(ProcessRecord record) =>
        record.Change is ProcessChange.Start or ProcessChange.Fork or ProcessChange.Exec;

    void CopyAll(TraceWriter writer, AttemptTable attempts)
    {
        while (_reader?.Read() is { } item)
        {
            switch (item)
            {
                case ProcessItem { Record: var record }:
                    if (IsBeginning(record))
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
