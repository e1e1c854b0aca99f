using AuditRules.Events;
using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>What one image lost, by its own account and by what was found of its segments.</summary>
internal sealed class ImageLosses
{
    const int Saved = 10;

    readonly long[] _byReason = new long[SegmentLayout.LossSlots];
    long _first;
    long _last;
    long _damaged;
    bool _isBroken;
    long _missing;
    long _tooMany;
    long _tooManyFrom;
    long _tooManyTo;

    /// <summary>Events that were raised and filtered out.</summary>
    internal long Filtered { get; private set; }

    /// <summary>Events that were lost, as far as they were counted.</summary>
    internal long Lost { get; private set; }

    internal void Add(SegmentHeader header)
    {
        Filtered = Saturate(Filtered, header.Filtered);
        for (var i = 0; i < _byReason.Length; i++)
        {
            _byReason[i] = Saturate(_byReason[i], header.Lost[i]);
            Lost = Saturate(Lost, header.Lost[i]);
        }

        if (header.FirstLostMono != 0 && (_first == 0 || header.FirstLostMono < _first))
            _first = header.FirstLostMono;
        _last = Math.Max(_last, header.LastLostMono);
    }

    internal void AddDamaged(long blocks, bool isBroken)
    {
        _damaged += blocks;
        Lost = Saturate(Lost, blocks);
        _isBroken |= isBroken;
    }

    /// <summary>All that was counted, to be given to <see cref="Restore"/>.</summary>
    internal long[] Save() =>
        [
            Filtered,
            Lost,
            _first,
            _last,
            _damaged,
            _isBroken ? 1 : 0,
            _missing,
            _tooMany,
            _tooManyFrom,
            _tooManyTo,
            .. _byReason,
        ];

    /// <summary>Takes up what was counted before; numbers of another length are none of ours, and are left.</summary>
    internal void Restore(long[] saved)
    {
        if (saved.Length != Saved + _byReason.Length)
            return;
        (Filtered, Lost, _first, _last, _damaged) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        (_isBroken, _missing) = (saved[5] != 0, saved[6]);
        (_tooMany, _tooManyFrom, _tooManyTo) = (saved[7], saved[8], saved[9]);
        saved.AsSpan(Saved).CopyTo(_byReason);
    }

    /// <summary>The same, to be counted further on its own.</summary>
    internal ImageLosses Copy()
    {
        var copy = new ImageLosses();
        copy.Restore(Save());
        return copy;
    }

    /// <summary>What came since then. Counts are claims of the image: one that is less than before is none.</summary>
    internal ImageLosses Since(ImageLosses told)
    {
        var since = Copy();
        since.Filtered = Math.Max(0, Filtered - told.Filtered);
        since.Lost = Math.Max(0, Lost - told.Lost);
        for (var i = 0; i < _byReason.Length; i++)
            since._byReason[i] = Math.Max(0, _byReason[i] - told._byReason[i]);
        if (told._last != 0)
            since._first = told._last;
        since._damaged = Math.Max(0, _damaged - told._damaged);
        since._isBroken = _isBroken && !told._isBroken;
        since._missing = Math.Max(0, _missing - told._missing);
        since._tooMany = Math.Max(0, _tooMany - told._tooMany);
        if (told._tooMany > 0)
            since._tooManyFrom = told._tooManyTo;
        return since;
    }

    /// <summary>Counts an event for which the trace had no room.</summary>
    internal void AddTooMany(long mono)
    {
        if (_tooMany++ == 0)
            _tooManyFrom = mono;
        _tooManyTo = Math.Max(_tooManyTo, mono);
        Lost = Saturate(Lost, 1);
    }

    /// <summary>There was no room for an event: there is none for any that follows.</summary>
    internal bool HasTooMany => _tooMany > 0;

    internal void AddMissing(int segments) => _missing += Math.Max(0, segments);

    /// <summary>The records for the trace; times go through the clock that the trace has.</summary>
    /// <param name="image">The image.</param>
    /// <param name="wall">Wall time of monotonic time.</param>
    /// <param name="isFirst">What is lost once is not told yet.</param>
    internal IEnumerable<LossRecord> Records(Image image, Func<long, long> wall, bool isFirst)
    {
        for (var i = 0; i < _byReason.Length; i++)
        {
            if (_byReason[i] == 0)
                continue;
            var counted = i < SegmentLayout.LossReasons.Length ? SegmentLayout.LossReasons[i] : "other";
            yield return Record(image, counted, _byReason[i], Time(_first), Time(_last));
        }

        if (isFirst && image.Unrecorded is { } reason)
            yield return Record(image, reason, 0, wall(image.BeganMono), 0);
        if (_tooMany > 0)
            yield return Record(image, LossReasons.MaxSize, _tooMany, Time(_tooManyFrom), Time(_tooManyTo));
        if (_damaged > 0)
            yield return Record(image, "damaged", _damaged, 0, 0);
        if (_isBroken)
            yield return Record(image, "damaged", 0, 0, 0);
        if (_missing > 0)
            yield return Record(image, "segment-missing", 0, 0, 0);
        if (isFirst && image.Late)
            yield return Record(image, "late-start", 0, 0, wall(image.BeganMono));

        long Time(long mono) => mono == 0 ? 0 : wall(mono);
    }

    /// <summary>What a process may raise from then on: it ran when its segments were read (rule S40).</summary>
    internal static LossRecord StillRunning(int ordinal, long from) =>
        new(ordinal, LossReasons.StillRunning, 0, from, 0, []);

    static LossRecord Record(Image image, string reason, long count, long from, long to) =>
        new(image.Ordinal, reason, count, from, to, []);

    static long Saturate(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
