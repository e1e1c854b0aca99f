using AuditRules.Events;
using AuditRules.Recording.Attempts;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>
/// Merges the images' events and what happened to their processes into one order: (time, ordinal, number in the
/// process). An image's own times never go backwards in the trace, whatever it claims: one that is earlier than what
/// stands before it takes that time.
/// </summary>
internal sealed class Merge(
    ImageTable table,
    TraceWriter writer,
    TraceClock clock,
    PackOptions options,
    AttemptTable attempts
)
{
    // An event's bytes and their definitions in a frame, where a writer keeps the limits of S30.
    const long EventAtMost = 256 * 1024;

    // An image's losses and its exit.
    const long EndAtMost = 512;

    readonly PriorityQueue<Cursor, (long Time, int Ordinal)> _queue = new();
    readonly List<Cursor> _cursors = [];
    readonly TextCache _texts = new();
    readonly SegmentRow _row = new();
    readonly List<LossRecord> _losses = [];
    readonly List<ProcessRecord> _suspicions = [];
    SegmentRound _round;
    bool _isFull;
    long _events;
    long _raised;
    long _filtered;
    long _lost;

    /// <summary>Where the merge stands in one image.</summary>
    sealed class Cursor(Image image, long time)
    {
        internal Image Image => image;
        internal ImageStream? Stream { get; set; }
        internal bool HasBegun { get; set; }

        /// <summary>Has an event, or its beginning or end, to be written; else it waits for more.</summary>
        internal bool IsQueued { get; set; } = true;
        internal ProcessRecord? Exit { get; set; }
        internal long Events { get; set; }

        /// <summary>Of what is to be written next.</summary>
        internal long Time { get; set; } = time;

        /// <summary>Of what was written last: an image's times never go back.</summary>
        internal long Last { get; set; } = time;

        /// <summary>The version of the stream whose state was told last; -1 before.</summary>
        internal long Told { get; set; } = -1;
    }

    /// <summary>Takes in images that were found.</summary>
    internal void Add(IEnumerable<Image> images)
    {
        foreach (var image in images)
        {
            _cursors.Add(new Cursor(image, clock.ToWall(image.BeganMono)));
        }
    }

    /// <summary>
    /// Reads what has come and writes what nothing earlier can follow (rule S51). True when something was
    /// written and segments are left to be read: then it is worth while to look again at once.
    /// </summary>
    internal bool Run(in SegmentRound round)
    {
        _round = round;
        var bound = round.Mono;
        foreach (var cursor in _cursors)
        {
            // Where nothing is live an image's segments are read when its turn comes.
            if (round.IsLive || cursor.Stream is not null)
                bound = Math.Min(bound, StreamOf(cursor).Refresh(round));
        }

        // What came may be earlier than what an image had to give before.
        _queue.Clear();
        foreach (var cursor in _cursors)
        {
            if (!cursor.HasBegun || Advance(cursor))
                _queue.Enqueue(cursor, (cursor.Time, cursor.Image.Ordinal));
        }

        var steps = Write(round.IsLive ? clock.ToWall(bound) : long.MaxValue);
        return steps > 0 && _cursors.Exists(cursor => cursor.Stream is { HasMore: true });
    }

    /// <summary>Takes in an image of which another packer wrote something; what is gone of it is a loss.</summary>
    internal void Restore(Image image, ImageState state, PackedPart part)
    {
        var beginning = state.HasBegun ? part.BeginningOf(image.Ordinal) : null;
        var began = clock.ToWall(image.BeganMono);
        var cursor = new Cursor(image, beginning is null ? began : state.LastTime)
        {
            HasBegun = beginning is not null,
            Events = state.Events,
            Last = state.HasBegun ? state.LastTime : began,
        };
        if (beginning is not null)
            TellBeginning(image, beginning.Time, beginning.Command);
        StreamOf(cursor).Restore(state.Stream);
        _isFull |= cursor.Stream!.Losses.HasTooMany;
        _cursors.Add(cursor);
        _events += state.Events;
        var gone = state.Events - part.EventsOf(image.Ordinal);
        if (gone <= 0)
            return;
        _lost += gone;
        AddLoss(new LossRecord(image.Ordinal, LossReasons.Damage, gone, 0, 0, []));
    }

    /// <summary>Segments of which every event is in the trace and that tell nothing more.</summary>
    internal IReadOnlyList<SegmentFile> TakeDrained()
    {
        var drained = new List<SegmentFile>();
        foreach (var cursor in _cursors)
        {
            if (cursor.Stream is not { } stream)
                continue;
            drained.AddRange(stream.Drained);
            stream.Drained.Clear();
            if (stream.HasLast && !RunningProcesses.Runs(cursor.Image.Pid, cursor.Image.StartTicks))
                drained.Add(stream.TakeLast()!);
        }

        return drained;
    }

    /// <summary>The states of images that have changed since this was last asked for.</summary>
    internal IReadOnlyList<ImageState> TakeChanges()
    {
        var changes = new List<ImageState>();
        foreach (var cursor in _cursors)
        {
            var stream = StreamOf(cursor);
            if (cursor.Told == stream.Version)
                continue;
            cursor.Told = stream.Version;
            changes.Add(
                ImageState.Of(cursor.Image, stream.Save()) with
                {
                    HasBegun = cursor.HasBegun,
                    Events = cursor.Events,
                    LastTime = cursor.Last,
                }
            );
        }

        return changes;
    }

    internal PackResult Complete(IReadOnlyList<string> refused)
    {
        if (refused.Count > 0)
            AddLoss(new LossRecord(-1, "damaged", 0, 0, 0, []));
        foreach (var mono in options.OthersRun())
            AddLoss(ImageLosses.StillRunning(-1, clock.ToWall(mono)));
        // They are fewer bytes than one event may have.
        var notRecorded = _isFull ? [] : attempts.Unanswered();
        foreach (var record in notRecorded)
            writer.Add(record);
        var totals = new TraceTotals(_events, table.Count, _raised, _filtered, _lost);
        writer.Complete(totals);
        totals = totals with { Events = writer.Events, Lost = _lost + writer.Lost };
        return new PackResult(totals, table.Recorded, _losses, refused)
        {
            Head = writer.Head,
            Suspicions = _suspicions,
            NotRecorded = notRecorded,
        };
    }

    ImageStream StreamOf(Cursor cursor) =>
        cursor.Stream ??= new ImageStream(cursor.Image, _texts, options.MaxSegmentBytes);

    long Write(long until)
    {
        var steps = 0L;
        while (_queue.TryPeek(out var cursor, out var first) && (first.Time < until || !_round.IsLive))
        {
            Step(cursor);
            steps++;
            if (cursor.IsQueued)
                _queue.DequeueEnqueue(cursor, (cursor.Time, cursor.Image.Ordinal));
            else
                _queue.Dequeue();
        }

        return steps;
    }

    void Step(Cursor cursor)
    {
        if (!cursor.HasBegun)
        {
            Begin(cursor);
        }
        else if (cursor.Exit is { } exit)
        {
            writer.Add(exit);
            cursor.Exit = null;
            cursor.IsQueued = false;
            return;
        }
        else if (cursor.Stream!.Read(_round, _row))
        {
            _row.Time = cursor.Last = cursor.Time;
            if (HasRoom())
            {
                WriteEvent(cursor);
            }
            else
            {
                cursor.Stream.Losses.AddTooMany(clock.ToMono(cursor.Time));
                attempts.Skip(cursor.Image.Ordinal);
            }
        }

        Advance(cursor);
    }

    void WriteEvent(Cursor cursor)
    {
        _row.Process = cursor.Image.Ordinal;
        _row.Pid = cursor.Image.Pid;
        _row.Ordinal = _events++;
        cursor.Events++;
        var audited = new EventView(_row, 0);
        writer.Add(audited);
        attempts.Add(audited);
    }

    // Once there is no room there is none for ever: what was left out is one stretch to the end.
    bool HasRoom()
    {
        if (_isFull || options.MaxSize is not { } most || NeedAtMost() <= most)
            return !_isFull;
        writer.Flush();
        return !(_isFull = NeedAtMost() > most);
    }

    long NeedAtMost() => writer.LengthAtMost + (_cursors.Count * EndAtMost) + EventAtMost;

    // To the next event, or to the end; false when more is to be waited for, or nothing follows.
    bool Advance(Cursor cursor)
    {
        if (cursor.Stream!.TryPeek(_round, out var mono))
        {
            cursor.Time = Math.Max(cursor.Last, clock.ToWall(mono));
            cursor.IsQueued = true;
        }
        else
        {
            cursor.IsQueued = false;
            if (!_round.IsLive)
                End(cursor);
        }

        return cursor.IsQueued;
    }

    void Begin(Cursor cursor)
    {
        var image = cursor.Image;
        if (cursor.Stream is null)
            StreamOf(cursor).Refresh(_round);
        cursor.HasBegun = true;
        cursor.Told = -1;
        TellBeginning(image, cursor.Time, cursor.Stream!.Start?.Command ?? []);
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
                    : cursor.Stream!.Start?.Command ?? [],
                null
            )
        );
    }

    void TellBeginning(Image image, long time, IReadOnlyList<string> command)
    {
        if (image.Change == ProcessChange.Fork)
            return;
        attempts.Begin(
            new Beginning(
                image.Ordinal,
                image.Parent?.Ordinal ?? -1,
                image.Parent is { IsFork: true } forked ? forked.Parent?.Ordinal ?? -1 : -1,
                image.Change == ProcessChange.Exec,
                time,
                command
            )
        );
    }

    void End(Cursor cursor)
    {
        var image = cursor.Image;
        var stream = cursor.Stream!;
        stream.Close();
        foreach (var loss in stream.Losses.Records(image, clock.ToWall))
            AddLoss(loss);
        _filtered += stream.Losses.Filtered;
        _lost += stream.Losses.Lost;
        _raised += cursor.Events + stream.Losses.Filtered + stream.Losses.Lost;

        if (stream.ClosedMono != 0)
            attempts.Skip(image.Ordinal);

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
        cursor.Time = Math.Max(cursor.Last, mono == 0 ? 0 : clock.ToWall(mono));
        cursor.Exit = new ProcessRecord(
            ProcessChange.Exit,
            image.Ordinal,
            image.Parent?.Ordinal ?? -1,
            image.Pid,
            cursor.Time,
            [],
            end?.ExitCode ?? stream.ExitCode
        );
        cursor.IsQueued = true;
        if (!stream.IsEndUnseen)
            return;
        cursor.Exit = cursor.Exit with { Suspicion = ProcessRecord.EndNotSeen, SuspectFrom = cursor.Last };
        _suspicions.Add(cursor.Exit);
    }

    void AddLoss(LossRecord loss)
    {
        _losses.Add(loss);
        writer.Add(loss);
    }
}
