using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>The parts of a recording that is written in several (docs/spec/segment.md, S54).</summary>
internal sealed partial class Merge
{
    readonly List<ImageState> _over = [];
    readonly PartBorder? _border = options.Parts is { } limits ? new PartBorder(limits) : null;

    // With thousands of processes their records alone may be more than the size of a part: then it has that much again.
    long _leastSize;

    // Of parts before: what the trace may have is for all.
    long _before;

    /// <summary>The part that is written ends here: before more is written another must begin.</summary>
    internal bool IsPartFull { get; private set; }

    /// <summary>When the part ends by its time, by the monotonic clock; the largest number where it does not.</summary>
    internal long PartEnds =>
        _border is { Ends: < long.MaxValue and var ends } ? clock.ToMono(ends) : long.MaxValue;

    /// <summary>The first part begins with the recording.</summary>
    internal void BeginParts() => _border?.Begin(clock.Wall);

    /// <summary>Takes in an image of which all was written before; what is gone of it is a loss.</summary>
    internal void RestoreOver(Image image, ImageState state, PackedPart part)
    {
        _over.Add(state);
        if (part.BeginningOf(image.Ordinal) is not null)
            _told++;
        _events += state.Events;
        AddGone(image, state.Events - part.EventsOf(image.Ordinal));
    }

    /// <summary>Goes on with the totals of the part that another packer wrote.</summary>
    internal void Restore(PartState part)
    {
        (_raised, _filtered, _lost, _before) = (part.Raised, part.Filtered, part.Lost, part.Before);
        _border?.Resume(part.Ends, _writer.Events);
    }

    /// <summary>The states of all images, in the order of their ordinals.</summary>
    internal IEnumerable<ImageState> All() =>
        _over.Concat(_cursors.Select(cursor => cursor.Save())).OrderBy(state => state.Ordinal);

    /// <summary>Says the totals of the part that is written, and of those before.</summary>
    internal PartState Describe(PartState part) =>
        part with
        {
            Raised = _raised,
            Filtered = _filtered,
            Lost = _lost,
            Before = _before,
            Ends = _border is { Ends: < long.MaxValue and var ends } ? ends : 0,
        };

    /// <summary>Closes a part that another follows.</summary>
    internal PackResult ClosePart()
    {
        foreach (var cursor in _cursors)
        {
            if (cursor.HasBegun)
                Account(cursor);
            cursor.Saved = -1;
        }

        return Close([], continues: true);
    }

    /// <summary>Begins the next part: says again which processes live.</summary>
    /// <param name="next">Where it goes.</param>
    /// <param name="length">How many bytes the one before has.</param>
    internal void BeginPart(TraceWriter next, long length)
    {
        _writer = next;
        _before += length;
        (_raised, _filtered, _lost, _told) = (0, 0, 0, 0);
        _losses.Clear();
        _suspicions.Clear();
        IsPartFull = false;
        _border!.Begin(_lastTime);
        for (var i = 0; i < _over.Count; i++)
            _over[i] = _over[i].Events == 0 ? _over[i] : _over[i] with { Events = 0 };
        foreach (var cursor in _cursors)
        {
            cursor.Events = 0;
            if (cursor is { IsOver: false, Beginning: { } beginning })
                TellProcess(beginning);
        }

        _leastSize = (2 * (NeedAtMost() - EventAtMost)) + EventAtMost;
    }

    bool IsFull(long time)
    {
        if (_border is null)
            return false;
        if (_border.IsPast(time))
            return true;
        // Where there is no room for all parts together none is made for one.
        return _border.Events > 0 && !_isFull && IsAbove(Math.Max(_border.Size, _leastSize));
    }

    // While others live, so that what has ended is not said of every part to come. A process that its parent has not
    // waited for may yet be one whose end the session learns; how the command itself ends it does learn.
    void EndGone()
    {
        foreach (var cursor in _cursors)
        {
            var image = cursor.Image;
            if (
                !cursor.HasBegun
                || cursor.IsQueued
                || cursor.HasEnded
                || cursor.Stream is not { IsOver: true }
                || image.Pid == options.Root?.Pid
            )
                continue;
            if (!image.IsReplaced && !cursor.IsGone)
            {
                // It may have made another segment before it ended: the next round lists them anew.
                cursor.IsGone = RunningProcesses.IsGone(image.Pid, image.StartTicks);
                continue;
            }

            End(cursor);
            if (cursor.Exit is { } exit)
                _writer.Add(exit);
            cursor.Exit = null;
            cursor.IsQueued = false;
        }
    }
}
