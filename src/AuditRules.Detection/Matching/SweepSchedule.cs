namespace AuditRules.Detection.Matching;

/// <summary>
/// Says when a table is to be walked for what has expired, so that the walks cost constant time an insertion: when the
/// table has doubled, and, while it is full, once in as many insertions as half of it.
/// </summary>
sealed class SweepSchedule(DetectionOptions options)
{
    int _next = options.SweepAtLeast;
    int _refused;

    /// <summary>Asked before each insertion of a new key.</summary>
    public bool IsDue(int count)
    {
        if (count < options.MaxPartialMatches)
            return count >= _next;
        return _refused++ % Math.Max(1, options.MaxPartialMatches / 2) == 0;
    }

    /// <summary>Told after each walk what is left.</summary>
    public void Swept(int count)
    {
        _next = Math.Max(options.SweepAtLeast, 2 * count);
        if (count < options.MaxPartialMatches)
            _refused = 0;
    }
}
