using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>
/// The events of one image in the order of their times. Two neighbouring segments are in memory at a time; more, and no
/// more than <see cref="Most"/>, while a thread was so slow that its event in one is later than another.
/// </summary>
internal sealed class ImageStream(Image image, TextCache texts, int maxSegmentBytes)
{
    const int Usual = 2;
    const int Most = 16;

    readonly List<SegmentEvents> _open = [];
    Dictionary<int, long>? _resumed;
    SegmentFile? _last;
    int _sequence;
    bool _isFull;

    /// <summary>What the segments' headers and blocks say of losses so far.</summary>
    internal ImageLosses Losses { get; } = new();

    /// <summary>The start map of the first segment; null before it was read.</summary>
    internal StartMap? Start { get; private set; }

    /// <summary>The monotonic clock when the image closed its last segment in good order; 0 when it did not.</summary>
    internal long ClosedMono { get; private set; }

    /// <summary>It closed in good order and did not see its interpreter's end (rule S71).</summary>
    internal bool IsEndUnseen { get; private set; }

    /// <summary>The status that the image gave to <c>exit</c>; null when it is not known.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>Grows whenever something was packed or opened.</summary>
    internal long Version { get; private set; }

    /// <summary>Full segments of which all events were given; whoever removes them takes them from here.</summary>
    internal List<SegmentFile> Drained { get; } = [];

    /// <summary>
    /// The segment into which nobody can write any more, when it was drained: the last. Where its process runs, having
    /// become another program, nothing else tells of that.
    /// </summary>
    internal SegmentFile? TakeLast()
    {
        var last = _last;
        _last = null;
        return last;
    }

    internal bool HasLast => _last is not null;

    /// <summary>How far the segments are packed.</summary>
    internal StreamState Save() =>
        new()
        {
            Sequence = _sequence,
            Taken = _open.ToDictionary(segment => segment.Sequence, segment => segment.Taken),
            IsFull = _isFull,
            ClosedMono = ClosedMono,
            IsEndUnseen = IsEndUnseen,
            ExitCode = ExitCode,
            Losses = Losses.Save(),
        };

    /// <summary>Goes on where another packer was stopped.</summary>
    internal void Restore(StreamState state)
    {
        (_sequence, _resumed) = (state.Sequence, new Dictionary<int, long>(state.Taken));
        (_isFull, ClosedMono, IsEndUnseen) = (state.IsFull, state.ClosedMono, state.IsEndUnseen);
        ExitCode = state.ExitCode;
        Losses.Restore(state.Losses);
    }

    /// <summary>Every segment was given whole, and nobody can write into the last one any more.</summary>
    internal bool IsOver => _sequence > 0 && !_isFull && _open.Count == 0 && image.Segments.Count == 0;

    /// <summary>What is lost so far, with what segments say that go on.</summary>
    internal ImageLosses LossesNow()
    {
        if (_open.Count == 0)
            return Losses;
        var losses = Losses.Copy();
        foreach (var segment in _open)
        {
            if (segment.Header is { } header)
                losses.Add(header);
            losses.AddDamaged(segment.Damaged, segment.IsBroken);
        }

        return losses;
    }

    /// <summary>There are segments that were not read yet: their turn comes when earlier ones are drained.</summary>
    internal bool HasMore => image.Segments.Count > 0 && IsNext(image.Segments[0].Name);

    /// <summary>
    /// Reads what has come. Gives the monotonic clock before which no event of these segments can come that was not
    /// read yet (rule S51).
    /// </summary>
    internal long Refresh(in SegmentRound round)
    {
        foreach (var segment in _open)
            Read(segment, round);
        Fill(round);
        var bound = image.Segments.Count > 0 ? image.Segments[0].Earliest : long.MaxValue;
        foreach (var segment in _open)
            bound = Math.Min(bound, segment.Bound);
        return bound;
    }

    /// <summary>The monotonic time of the next event; false where there is none, or none yet.</summary>
    internal bool TryPeek(in SegmentRound round, out long time)
    {
        var next = Next(round);
        time = 0;
        return next is not null && next.TryPeek(out time);
    }

    /// <summary>Reads the event that was peeked at; false when it is damaged.</summary>
    internal bool Read(in SegmentRound round, SegmentRow row)
    {
        Version++;
        return Next(round)!.Read(row);
    }

    /// <summary>To be called when nothing more comes.</summary>
    internal void Close()
    {
        if (_isFull)
            Losses.AddMissing(1);
        Losses.AddMissing(_resumed?.Count ?? 0);
    }

    SegmentEvents? Next(in SegmentRound round)
    {
        while (true)
        {
            SegmentEvents? next = null;
            var earliest = 0L;
            for (var i = _open.Count - 1; i >= 0; i--)
            {
                if (_open[i].TryPeek(out var time))
                {
                    // Of one time the earlier segment.
                    if (next is null || time <= earliest)
                        (next, earliest) = (_open[i], time);
                }
                else if (_open[i].IsComplete)
                {
                    Drop(i, round);
                }
            }

            if (
                !CanOpen(round)
                || (_open.Count >= Usual && (next is null || earliest < image.Segments[0].Made))
            )
                return next;
            Open(round);
        }
    }

    void Drop(int index, in SegmentRound round)
    {
        var segment = _open[index];
        _open.RemoveAt(index);
        if (round.IsLive)
            TryRead(segment.RefreshHeader);
        if (segment.Header is { } header)
        {
            Losses.Add(header);
            if (segment.Sequence == _sequence - 1)
            {
                _isFull = header.Full;
                ClosedMono = header.Closed ? header.EndedMono : 0;
                IsEndUnseen = header is { Closed: true, ExpectsEnd: true };
                ExitCode = header.ExitCode;
            }
        }

        Losses.AddDamaged(segment.Damaged, segment.IsBroken);
        Version++;
        if (segment.Header is { Full: true })
            Drained.Add(segment.File);
        else
            _last = segment.File;
    }

    void Fill(in SegmentRound round)
    {
        while (_open.Count < Usual && CanOpen(round))
            Open(round);
    }

    // While the image lives, a listing may have missed a segment that was made meanwhile.
    bool CanOpen(in SegmentRound round) =>
        image.Segments.Count > 0 && _open.Count < Most && (!round.IsLive || IsNext(image.Segments[0].Name));

    bool IsNext(in SegmentName name) => name.Sequence == _sequence;

    void Open(in SegmentRound round)
    {
        var (name, file, _, earliest) = image.Segments[0];
        image.Segments.RemoveAt(0);
        Version++;
        var taken = 0L;
        if (name.Sequence >= _sequence)
        {
            // Segments are numbered without gaps: one that is gone took its events with it.
            Losses.AddMissing(name.Sequence - _sequence);
            _sequence = name.Sequence + 1;
        }
        else if (_resumed?.Remove(name.Sequence, out taken) != true)
        {
            // It was wholly packed before.
            return;
        }

        var segment = new SegmentEvents(file, name, texts, maxSegmentBytes, earliest);
        Read(segment, round);
        segment.Skip(taken, new SegmentRow());
        Start ??= segment.Start;
        _open.Add(segment);
    }

    static void Read(SegmentEvents segment, SegmentRound round)
    {
        if (!TryRead(() => segment.Refresh(round)))
            segment.GiveUp();
    }

    static bool TryRead(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
