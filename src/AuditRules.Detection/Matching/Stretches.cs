namespace AuditRules.Detection.Matching;

/// <summary>Stretches of time with the reason for each, by their beginnings; those of one beginning as they were told.</summary>
sealed class Stretches
{
    readonly (long From, long To, string Reason)[] _all;
    readonly long[] _ends; // [n]: the last end of the first n + 1: never falls

    public Stretches(IEnumerable<(long From, long To, string Reason)> all)
    {
        _all = [.. all.OrderBy(s => s.From)];
        _ends = new long[_all.Length];
        var last = long.MinValue;
        for (var i = 0; i < _all.Length; i++)
            _ends[i] = last = Math.Max(last, _all[i].To);
    }

    /// <summary>The reason of the first that has a moment in that time, both ends included; null for none.</summary>
    public string? First(long from, long to)
    {
        // The first at which the ends reach that far is one that ends there itself: those behind it begin no sooner.
        int low = 0,
            high = _ends.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ends[middle] < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _all.Length && _all[low].From <= to ? _all[low].Reason : null;
    }
}
