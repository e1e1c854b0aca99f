using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>
/// The events of one image in the order of their times. Two neighbouring segments are in memory at a time: threads'
/// times run backwards by the length of a hook call, and so never past a whole segment.
/// </summary>
internal sealed class ImageStream
{
    readonly Image _image;
    readonly TextCache _texts;
    readonly int _maxSegmentBytes;
    readonly SegmentEvents?[] _open = new SegmentEvents?[2];
    int _nextSegment;

    internal ImageStream(Image image, TextCache texts, int maxSegmentBytes)
    {
        _image = image;
        _texts = texts;
        _maxSegmentBytes = maxSegmentBytes;
        Fill();
    }

    /// <summary>What the segments' headers and blocks say of losses so far.</summary>
    internal ImageLosses Losses { get; } = new();

    /// <summary>The start map of the first segment; null before it was read.</summary>
    internal StartMap? Start { get; private set; }

    /// <summary>The monotonic clock when the image closed its last segment in good order; 0 when it did not.</summary>
    internal long ClosedMono { get; private set; }

    /// <summary>Reads the next event that is whole; false at the end. The time is monotonic.</summary>
    internal bool Read(SegmentRow row)
    {
        while (true)
        {
            var (first, second) = (_open[0], _open[1]);
            if (first is null)
                return false;
            if (!first.TryPeek(out var time))
            {
                Drop(first);
                continue;
            }

            var chosen = second is not null && second.TryPeek(out var other) && other < time ? second : first;
            _ = chosen.TryPeek(out time);
            if (!chosen.Read(row))
                continue;
            row.Time = time;
            return true;
        }
    }

    void Drop(SegmentEvents segment)
    {
        Losses.AddDamaged(segment.Damaged, segment.IsBroken);
        _open[0] = _open[1];
        _open[1] = null;
        Fill();
    }

    void Fill()
    {
        for (var i = 0; i < _open.Length; i++)
        {
            while (_open[i] is null && _nextSegment < _image.Segments.Count)
                _open[i] = Load(_nextSegment++);
        }
    }

    SegmentEvents? Load(int index)
    {
        var (name, file) = _image.Segments[index];
        // Segments are numbered without gaps: one that is gone took its events with it.
        Losses.AddMissing(name.Sequence - (index == 0 ? 0 : _image.Segments[index - 1].Name.Sequence + 1));
        try
        {
            var bytes = SegmentBytes.ReadUsed(file, _maxSegmentBytes);
            var header = SegmentHeader.Read(bytes.Span, name, out _);
            if (header is null)
            {
                Losses.AddDamaged(0, isBroken: true);
                return null;
            }

            Losses.Add(header);
            if (header.Full && index == _image.Segments.Count - 1)
                Losses.AddMissing(1);
            ClosedMono = header.Closed ? header.EndedMono : 0;
            if (index == 0)
                Start = StartMap.Read(SegmentHeader.StartMapOf(bytes.Span));
            return new SegmentEvents(bytes, header.Size, _texts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Losses.AddDamaged(0, isBroken: true);
            return null;
        }
    }
}
