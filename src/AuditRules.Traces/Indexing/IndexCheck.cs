using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Compares an INDEX with all that it speaks of (T45), for who reads the whole trace anyway.</summary>
static class IndexCheck
{
    /// <summary>What is wrong with it, in words; null when nothing is.</summary>
    /// <param name="payload">The payload of the INDEX frame, whose checksum holds.</param>
    /// <param name="offset">Where the INDEX frame stands.</param>
    /// <param name="frames">All DATA frames before it, in the order of the file, and where they stand.</param>
    /// <param name="meta">META: its clocks relate mono to the times of the frames.</param>
    public static string? Problem(
        byte[] payload,
        long offset,
        IReadOnlyList<(long Offset, FrameSummary Summary)> frames,
        TraceMeta meta
    )
    {
        try
        {
            var index = IndexRecord.Read(payload, offset);
            if (index.Frames.Length != frames.Count)
                return $"it lists {index.Frames.Length} frames of events, there are {frames.Count}";
            var clockOffset = unchecked(meta.WallClock - meta.MonotonicClock);
            var names = new SortedSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < frames.Count; i++)
            {
                names.UnionWith(frames[i].Summary.Names);
                if (!IsSo(index, index.Frames[i], frames[i].Offset, frames[i].Summary, clockOffset))
                    return $"it is not true of the frame at byte {frames[i].Offset}";
            }

            return names.SetEquals(index.Names) ? null : "it lists other names than the frames have";
        }
        catch (MessagePackSerializationException e)
        {
            return e.Message;
        }
    }

    static bool IsSo(IndexRecord index, IndexEntry said, long offset, FrameSummary frame, long clockOffset) =>
        said.Offset == offset
        && said.Sequence == frame.Sequence
        && said.FirstOrdinal == frame.FirstOrdinal
        && said.Count == frame.Count
        && said.First == unchecked(frame.FirstTime - clockOffset)
        && said.Last == unchecked(frame.LastTime - clockOffset)
        && frame.Names.SequenceEqual(index.Names.Where((_, name) => index.Has(said, name)));
}
