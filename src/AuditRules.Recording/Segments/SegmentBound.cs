namespace AuditRules.Recording.Segments;

/// <summary>How early an event may be that was not yet found in a segment of a living process (rule S51).</summary>
/// <param name="earliest">The same before the segment was looked at.</param>
internal sealed class SegmentBound(long earliest)
{
    // How far the blocks went, and the clock that was read before; oldest first, both never falling.
    readonly List<(long Extent, long Mono)> _rounds = [(0, earliest)];

    /// <summary>The monotonic clock before which no event can come any more.</summary>
    internal long Mono => _rounds[0].Mono;

    /// <summary>Takes a walk's end.</summary>
    /// <param name="stop">Where the walk stopped: at the end, or at a block that is not whole yet.</param>
    /// <param name="extent">The end: where a length of 0 stands.</param>
    /// <param name="mono">The clock that was read before the segment.</param>
    internal void Take(long stop, long extent, long mono)
    {
        _rounds.Add((extent, mono));
        while (_rounds.Count > 1 && _rounds[1].Extent <= stop)
            _rounds.RemoveAt(0);
    }
}
