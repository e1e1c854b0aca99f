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
internal sealed partial class Merge(
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

    readonly PriorityQueue<MergeCursor, (long Time, int Ordinal)> _queue = new();
    readonly List<MergeCursor> _cursors = [];
    readonly TextCache _texts = new();
    readonly SegmentRow _row = new();
    readonly List<LossRecord> _losses = [];
    readonly List<ProcessRecord> _suspicions = [];
    TraceWriter _writer = writer;
    SegmentRound _round;
    bool _isFull;
    long _events;
    long _raised;
    long _filtered;
    long _lost;
    int _told;
    long _lastTime = clock.Wall;

    /// <summary>Takes in images that were found.</summary>
    internal void Add(IEnumerable<Image> images)
    {
        foreach (var image in images)
        {
            _cursors.Add(new MergeCursor(image, clock.ToWall(image.BeganMono)));
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
        if (round.IsLive && _border is not null)
            EndGone();
        return steps > 0 && _cursors.Exists(cursor => cursor.Stream is { HasMore: true });
    }

    /// <summary>Takes in an image of which another packer wrote something; what is gone of it is a loss.</summary>
    internal void Restore(Image image, ImageState state, PackedPart part)
    {
        var beginning = state.HasBegun ? part.BeginningOf(image.Ordinal) : null;
        var began = clock.ToWall(image.BeganMono);
        var cursor = new MergeCursor(image, beginning is null ? began : state.LastTime)
        {
            HasBegun = beginning is not null,
            Beginning = beginning,
            Last = state.HasBegun ? state.LastTime : began,
        };
        cursor.Restore(state);
        if (beginning is not null)
        {
            _told++;
            TellBeginning(image, beginning.Time, beginning.Command);
        }

        StreamOf(cursor).Restore(state.Stream);
        _isFull |= cursor.Stream!.Losses.HasTooMany;
        _cursors.Add(cursor);
        _events += state.Events;
        AddGone(image, state.Events - part.EventsOf(image.Ordinal));
    }

    void AddGone(Image image, long gone)
    {
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
            if (cursor.Saved == stream.Version)
                continue;
            cursor.Saved = stream.Version;
            changes.Add(cursor.Save());
            if (cursor.IsOver && _border is not null)
                _over.Add(changes[^1]);
        }

        if (_border is not null)
            _cursors.RemoveAll(cursor => cursor.IsOver && cursor.Saved >= 0);
        return changes;
    }

    /// <summary>Says what is known of the part that ends here, and closes it.</summary>
    /// <param name="refused">Files that are no segments; none while more comes.</param>
    /// <param name="continues">Another part follows.</param>
    PackResult Close(IReadOnlyList<string> refused, bool continues)
    {
        var totals = new TraceTotals(_writer.Events, _told, _raised, _filtered, _lost)
        {
            Continues = continues,
        };
        _writer.Complete(totals);
        totals = totals with { Events = _writer.Events, Lost = _lost + _writer.Lost };
        return new PackResult(totals, table.Recorded, [.. _losses], refused)
        {
            Head = _writer.Head,
            Suspicions = [.. _suspicions],
        };
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
            _writer.Add(record);
        return Close(refused, continues: false) with { NotRecorded = notRecorded };
    }

    ImageStream StreamOf(MergeCursor cursor) =>
        cursor.Stream ??= new ImageStream(cursor.Image, _texts, options.MaxSegmentBytes);

    long Write(long until)
    {
        var steps = 0L;
        while (_queue.TryPeek(out var cursor, out var first) && (first.Time < until || !_round.IsLive))
        {
            if (IsPartFull = IsFull(first.Time))
                return steps;
            Step(cursor);
            steps++;
            if (cursor.IsQueued)
                _queue.DequeueEnqueue(cursor, (cursor.Time, cursor.Image.Ordinal));
            else
                _queue.Dequeue();
        }

        IsPartFull = _round.IsLive && _border?.IsPast(until) == true;
        return steps;
    }

    void Step(MergeCursor cursor)
    {
        if (!cursor.HasBegun)
        {
            Begin(cursor);
        }
        else if (cursor.Exit is { } exit)
        {
            _writer.Add(exit);
            cursor.Exit = null;
            cursor.IsQueued = false;
            cursor.Saved = -1;
            return;
        }
        else if (cursor.Stream!.Read(_round, _row))
        {
            _row.Time = cursor.Last = _lastTime = cursor.Time;
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

    void WriteEvent(MergeCursor cursor)
    {
        _row.Process = cursor.Image.Ordinal;
        _row.Pid = cursor.Image.Pid;
        _row.Ordinal = _events++;
        cursor.Events++;
        cursor.Untold++;
        if (_border is not null)
            _border.Events++;
        var audited = new EventView(_row, 0);
        _writer.Add(audited);
        attempts.Add(audited);
    }

    // Once there is no room there is none for ever: what was left out is one stretch to the end.
    bool HasRoom()
    {
        if (!_isFull && options.MaxSize is { } most)
            _isFull = IsAbove(most - _before);
        return !_isFull;
    }

    // What is in memory is less once it is compressed.
    bool IsAbove(long most)
    {
        if (NeedAtMost() <= most)
            return false;
        _writer.Flush();
        return NeedAtMost() > most;
    }

    long NeedAtMost() => _writer.LengthAtMost + (_cursors.Count * EndAtMost) + EventAtMost;

    // To the next event, or to the end; false when more is to be waited for, or nothing follows.
    bool Advance(MergeCursor cursor)
    {
        if (cursor.HasEnded)
            cursor.IsQueued = cursor.Exit is not null;
        else if (cursor.Stream!.TryPeek(_round, out var mono))
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

    void Begin(MergeCursor cursor)
    {
        var image = cursor.Image;
        if (cursor.Stream is null)
            StreamOf(cursor).Refresh(_round);
        cursor.HasBegun = true;
        cursor.Saved = -1;
        TellBeginning(image, cursor.Time, cursor.Stream!.Start?.Command ?? []);
        var isRoot = options.Root is { } root && image.Pid == root.Pid && image.Ordinal == 0;
        cursor.Beginning = new ProcessRecord(
            image.Change,
            image.Ordinal,
            image.Parent?.Ordinal ?? -1,
            image.Pid,
            cursor.Time,
            isRoot ? [.. options.Root!.Command]
                : image.Change == ProcessChange.Fork ? []
                : cursor.Stream!.Start?.Command ?? [],
            null
        );
        TellProcess(cursor.Beginning);
    }

    void TellProcess(ProcessRecord beginning)
    {
        _told++;
        _writer.Add(beginning);
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

    void End(MergeCursor cursor)
    {
        var image = cursor.Image;
        var stream = cursor.Stream!;
        stream.Close();
        Account(cursor);
        cursor.HasEnded = true;
        cursor.Saved = -1;

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

    // What came of it since it was last told.
    void Account(MergeCursor cursor)
    {
        var now = cursor.Stream!.LossesNow();
        var since = cursor.Told is { } told ? now.Since(told) : now;
        foreach (var loss in since.Records(cursor.Image, clock.ToWall, isFirst: cursor.Told is null))
            AddLoss(loss);
        _filtered += since.Filtered;
        _lost += since.Lost;
        _raised += cursor.Untold + since.Filtered + since.Lost;
        cursor.Untold = 0;
        cursor.Told = now.Copy();
    }

    void AddLoss(LossRecord loss)
    {
        _losses.Add(loss);
        _writer.Add(loss);
    }
}
