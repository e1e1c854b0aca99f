using MessagePack;

namespace AuditRules.Traces;

/// <summary>Compares the INDEX that END names with all that it speaks of (T45 to T47), for who reads the whole trace
/// anyway.</summary>
sealed class IndexCheck
{
    readonly IndexBuilder _frames = new();
    byte[] _payload = [];
    long _offset;
    long _end;

    /// <summary>Takes note of an INDEX: only the last one can be the one that END names.</summary>
    public void See(ReadOnlySpan<byte> payload, long offset)
    {
        _payload = payload.ToArray();
        _offset = offset;
        _end = offset + FrameHeader.Length + payload.Length;
    }

    /// <summary>Goes past a DATA frame.</summary>
    public void Pass(EventsItem item)
    {
        var frame = item.Summary;
        _frames.Add(
            new IndexEntry(
                item.Offset,
                (uint)frame.Sequence,
                frame.FirstOrdinal,
                (uint)frame.Count,
                unchecked(frame.FirstTime - frame.ClockOffset),
                unchecked(frame.LastTime - frame.ClockOffset),
                -1
            ),
            frame.Names
        );
    }

    /// <summary>What is wrong with the INDEX of a trace of which all frames were read, in words; null when nothing is, or
    /// END names none.</summary>
    public string? Problem(EndItem end)
    {
        if (end.Index == 0)
            return null;
        if (end.Index != _offset)
            return "END names a place where no index stands";
        if (end.Offset != _end)
            return "it does not stand directly before END";
        try
        {
            return Difference(IndexRecord.Read(_payload, _offset));
        }
        catch (MessagePackSerializationException e)
        {
            return e.Message;
        }
    }

    string? Difference(IndexRecord said)
    {
        // Of more frames than an INDEX of ours can list nothing was kept to compare with.
        if (_frames.IsTooLarge)
            return null;
        var payload = new ByteBuffer();
        if (!_frames.TryWrite(payload))
            return said.Frames.Length == 0 && said.Names.IsEmpty ? null : "it lists frames, there are none";
        var seen = IndexRecord.Read(payload.Written.ToArray(), _offset);
        if (said.Frames.Length != seen.Frames.Length)
            return $"it lists {said.Frames.Length} frames of events, there are {seen.Frames.Length}";
        if (!said.Names.SequenceEqual(seen.Names))
            return "it lists other names than the frames have";
        for (var i = 0; i < seen.Frames.Length; i++)
        {
            if (!IsSo(said, said.Frames[i], seen, seen.Frames[i]))
                return $"it is not true of the frame at byte {seen.Frames[i].Offset}";
        }

        return null;
    }

    static bool IsSo(IndexRecord said, in IndexEntry one, IndexRecord seen, in IndexEntry other)
    {
        if (one with { NamesAt = 0 } != other with { NamesAt = 0 })
            return false;
        for (var name = 0; name < seen.Names.Length; name++)
        {
            if (said.Has(one, name) != seen.Has(other, name))
                return false;
        }

        return true;
    }
}
