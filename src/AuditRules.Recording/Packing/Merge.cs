using AuditRules.Events;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>
/// Merges the images' events and what happened to their processes into one order: (time, ordinal, number in the
/// process). An image's own times never go backwards in the trace, whatever it claims: one that is earlier than what
/// stands before it takes that time.
/// </summary>
internal sealed class Merge(ImageTable table, TraceWriter writer, TraceClock clock, PackOptions options)
{
    readonly PriorityQueue<Cursor, (long Time, int Ordinal)> _queue = new();
    readonly TextCache _texts = new();
    readonly List<LossRecord> _losses = [];
    long _events;
    long _raised;
    long _filtered;
    long _lost;

    /// <summary>Where the merge stands in one image.</summary>
    sealed class Cursor(Image image)
    {
        internal Image Image => image;
        internal ImageStream? Stream { get; set; }
        internal SegmentRow Row { get; } = new() { Pid = image.Pid };
        internal bool HasEvent { get; set; }
        internal ProcessRecord? Exit { get; set; }
        internal bool IsDone { get; set; }
        internal long Events { get; set; }
        internal long Time { get; set; }
    }

    internal void Run()
    {
        foreach (var image in table.Images)
        {
            var cursor = new Cursor(image) { Time = clock.ToWall(image.BeganMono) };
            cursor.Row.Process = image.Ordinal;
            _queue.Enqueue(cursor, (cursor.Time, image.Ordinal));
        }

        while (_queue.TryPeek(out var cursor, out _))
        {
            Step(cursor);
            if (cursor.IsDone)
                _queue.Dequeue();
            else
                _queue.DequeueEnqueue(cursor, (cursor.Time, cursor.Image.Ordinal));
        }
    }

    internal PackResult Complete()
    {
        if (table.Refused.Count > 0)
            AddLoss(new LossRecord(-1, "damaged", 0, 0, 0, []));
        foreach (var mono in options.OthersRun())
            AddLoss(ImageLosses.StillRunning(-1, clock.ToWall(mono)));
        var totals = new TraceTotals(_events, table.Images.Count, _raised, _filtered, _lost);
        writer.Complete(totals);
        totals = totals with { Events = writer.Events, Lost = _lost + writer.Lost };
        return new PackResult(totals, table.Images.Count(i => i.Nonce != 0), _losses, table.Refused)
        {
            Head = writer.Head,
        };
    }

    void Step(Cursor cursor)
    {
        if (cursor.Stream is null)
        {
            Begin(cursor);
        }
        else if (cursor.HasEvent)
        {
            cursor.Row.Ordinal = _events++;
            cursor.Events++;
            writer.Add(new EventView(cursor.Row, 0));
        }
        else
        {
            if (cursor.Exit is not null)
                writer.Add(cursor.Exit);
            cursor.IsDone = true;
            return;
        }

        cursor.HasEvent = cursor.Stream!.Read(cursor.Row);
        if (cursor.HasEvent)
        {
            cursor.Time = Math.Max(cursor.Time, clock.ToWall(cursor.Row.Time));
            cursor.Row.Time = cursor.Time;
        }
        else
        {
            End(cursor);
        }
    }

    void Begin(Cursor cursor)
    {
        var image = cursor.Image;
        cursor.Stream = new ImageStream(image, _texts, options.MaxSegmentBytes);
        var isRoot = options.Root is { } root && image.Pid == root.Pid && image.Ordinal == 0;
        writer.Add(
            new ProcessRecord(
                image.Change,
                image.Ordinal,
                image.Parent?.Ordinal ?? -1,
                image.Pid,
                cursor.Time,
                isRoot ? [.. options.Root!.Command]
                    : image.Change == ProcessChange.Fork ? []
                    : cursor.Stream.Start?.Command ?? [],
                null
            )
        );
    }

    void End(Cursor cursor)
    {
        var image = cursor.Image;
        var stream = cursor.Stream!;
        foreach (var loss in stream.Losses.Records(image, clock.ToWall))
            AddLoss(loss);
        _filtered += stream.Losses.Filtered;
        _lost += stream.Losses.Lost;
        _raised += cursor.Events + stream.Losses.Filtered + stream.Losses.Lost;

        // An exec's record says already that the image before it is gone.
        if (image.IsReplaced)
            return;
        var end = options.EndOf(image.Pid, image.StartTicks);
        // A closed image raises no more, though its process may take its time to go.
        if (end is { HasEnded: false } && stream.ClosedMono == 0)
            AddLoss(ImageLosses.StillRunning(image.Ordinal, end.Mono == 0 ? 0 : clock.ToWall(end.Mono)));
        if (end is null ? stream.ClosedMono == 0 : !end.HasEnded)
            return;
        var mono = end is { Mono: > 0 } ? end.Mono : stream.ClosedMono;
        cursor.Time = Math.Max(cursor.Time, mono == 0 ? 0 : clock.ToWall(mono));
        cursor.Exit = new ProcessRecord(
            ProcessChange.Exit,
            image.Ordinal,
            image.Parent?.Ordinal ?? -1,
            image.Pid,
            cursor.Time,
            [],
            end?.ExitCode
        );
    }

    void AddLoss(LossRecord loss)
    {
        _losses.Add(loss);
        writer.Add(loss);
    }
}
