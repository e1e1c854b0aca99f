using System.Collections.Immutable;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// Where DATA frames begin, in the order of the file: what a reader can start at. Each is a hint until
/// <see cref="Holds"/> has looked at it. There may be frames behind the last one of which nothing is known.
/// </summary>
sealed class FrameDirectory
{
    readonly FrameFinder _finder;
    readonly IndexRecord? _index;
    readonly IndexEntry[] _frames;

    // How far the file is known to hold the frames of the index and no others: the next header, and its numbers.
    long _reached = Preamble.Length;
    uint _reachedSequence;
    int _reachedFrames;

    FrameDirectory(FrameFinder finder, IndexRecord? index, IndexEntry[] frames)
    {
        _finder = finder;
        _index = index;
        _frames = frames;
    }

    /// <summary>Whether the frame stands there that the hint promises.</summary>
    public enum Trust
    {
        /// <summary>It does, and what the hint says of it is so.</summary>
        Whole,

        /// <summary>What it holds cannot be read: the hint may be true.</summary>
        Unreadable,

        /// <summary>It does not: the hint lies.</summary>
        Lie,
    }

    /// <summary>The frames; times are wall.</summary>
    public ReadOnlySpan<IndexEntry> Frames => _frames;

    /// <summary>Makes a directory of an INDEX.</summary>
    /// <exception cref="MessagePackSerializationException">It does not agree with its first frame, or times go back.</exception>
    public static FrameDirectory Of(IndexRecord index, FrameFinder finder)
    {
        var frames = index.Frames;
        if (frames.Length > 0)
        {
            if (!finder.TryHead(frames[0].Offset, out _, out var first))
                throw new MessagePackSerializationException($"no frame stands at byte {frames[0].Offset}");
            var clockOffset = unchecked(first.First - frames[0].First);
            var before = long.MinValue;
            for (var i = 0; i < frames.Length; i++)
            {
                frames[i] = frames[i] with
                {
                    First = unchecked(frames[i].First + clockOffset),
                    Last = unchecked(frames[i].Last + clockOffset),
                };
                if (frames[i].First < before || frames[i].Last < frames[i].First)
                    throw new MessagePackSerializationException($"times go back at byte {frames[i].Offset}");
                before = frames[i].Last;
            }
        }

        return new FrameDirectory(finder, index, frames);
    }

    /// <summary>Walks along the headers from the first frame on, up to the first thing that is not as it should be.</summary>
    public static FrameDirectory Walk(FrameFinder finder)
    {
        var frames = new List<IndexEntry>();
        long offset = Preamble.Length;
        long ordinal = 0;
        var time = long.MinValue;
        for (uint sequence = 0; finder.TryHead(offset, out var header, out var entry); sequence++)
        {
            if (header.Sequence != sequence || header.Incompatible != 0)
                break;
            if (header.Type == FrameType.Data)
            {
                if (entry.FirstOrdinal != ordinal || entry.First < time || entry.Last < entry.First)
                    break;
                frames.Add(entry);
                ordinal = entry.EndOrdinal;
                time = entry.Last;
            }

            offset += FrameHeader.Length + header.StoredLength;
        }

        return new FrameDirectory(finder, null, [.. frames]);
    }

    /// <summary>The last frame that begins before all of the range does; -1 for the beginning of the file.</summary>
    public int StartOf(TraceRange range)
    {
        var low = 0;
        var high = _frames.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_frames[middle].First < range.FromTime || _frames[middle].FirstOrdinal <= range.FromOrdinal)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    /// <summary>The last frame that begins before that byte; -1 without one.</summary>
    public int Before(long offset)
    {
        var low = 0;
        var high = _frames.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_frames[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    /// <summary>Looks at a frame, whole, and at the headers before it: reading may start at it when it is
    /// <see cref="Trust.Whole"/>.</summary>
    public Trust Holds(int frame)
    {
        if (_index is not null && Reaches(frame) is var before && before != Trust.Whole)
            return before;
        ref readonly var entry = ref _frames[frame];
        if (
            !_finder.TryHeader(entry.Offset, out var header)
            || header.Type != FrameType.Data
            || header.Sequence != entry.Sequence
            || header.EventCount != entry.Count
        )
            return Trust.Lie;
        if (_finder.Data(header, entry.Offset) is not { } payload)
            return Trust.Unreadable;
        return
            payload.FirstOrdinal == entry.FirstOrdinal
            && payload.FirstTime == entry.First
            && payload.LastTime == entry.Last
            && (_index is null || payload.Names.AsSpan().SequenceEqual(NamesOf(entry)))
            ? Trust.Whole
            : Trust.Lie;
    }

    // Whether the DATA frames before that one are those of the index: one that it leaves out would be hidden, and may be
    // what the ordinals of a frame behind it are about.
    Trust Reaches(int frame)
    {
        while (_reached < _frames[frame].Offset)
        {
            if (
                !_finder.TryHeader(_reached, out var header)
                || header.Sequence != _reachedSequence
                || header.Incompatible != 0
            )
                return Trust.Unreadable;
            if (header.Type == FrameType.Data)
            {
                ref readonly var entry = ref _frames[_reachedFrames];
                if (
                    entry.Offset != _reached
                    || entry.Sequence != header.Sequence
                    || entry.Count != header.EventCount
                )
                    return Trust.Lie;
                _reachedFrames++;
            }

            _reachedSequence++;
            _reached += FrameHeader.Length + header.StoredLength;
        }

        return frame < _reachedFrames || (frame == _reachedFrames && _frames[frame].Offset == _reached)
            ? Trust.Whole
            : Trust.Lie;
    }

    /// <summary>The first frame behind that one with one of those names; the number of frames when there is none, and
    /// the next one when names are not known.</summary>
    public int NextWith(int frame, bool[] names)
    {
        for (var next = frame + 1; next < _frames.Length; next++)
        {
            for (var name = 0; name < names.Length; name++)
            {
                if (names[name] && _index!.Has(_frames[next], name))
                    return next;
            }

            if (_index is null)
                return next;
        }

        return _frames.Length;
    }

    /// <summary>
    /// Whether one comes, header by header, from that frame to another one, or to <paramref name="end"/> where that is
    /// behind the last, and every DATA frame on the way is what the hints say: so that none that is passed by has an
    /// event of a name that its hint does not have.
    /// </summary>
    public bool Leads(int frame, int to, long end)
    {
        if (!_finder.TryHead(_frames[frame].Offset, out var header, out _))
            return false;
        var target = to < _frames.Length ? _frames[to].Offset : end;
        var offset = _frames[frame].Offset;
        for (var sequence = _frames[frame].Sequence; ; )
        {
            offset += FrameHeader.Length + header.StoredLength;
            if (offset >= target)
                return offset == target;
            if (!_finder.TryHead(offset, out header, out var entry) || header.Sequence != ++sequence)
                return false;
            if (header.Type != FrameType.Data)
                continue;
            if (++frame == to || entry != _frames[frame] with { NamesAt = -1 })
                return false;
            if (_finder.Names(header, offset)?.AsSpan().SequenceEqual(NamesOf(_frames[frame])) != true)
                return false;
        }
    }

    string[] NamesOf(IndexEntry entry)
    {
        var index = _index!;
        return [.. index.Names.Where((_, name) => index.Has(entry, name))];
    }
}
