using System.Runtime.InteropServices;
using System.Text;
using AuditRules.Events;
using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Recording.Segments;

/// <summary>
/// The events of one segment in the order of their times (rule S27), events of one time as they stand. What is held is
/// the bytes that hold events which were not given yet, 40 bytes an event, and the segment's own definitions.
/// </summary>
/// <param name="file">The segment.</param>
/// <param name="name">What its name says.</param>
/// <param name="texts">Where texts are shared.</param>
/// <param name="limit">The largest segment that is read, in bytes.</param>
/// <param name="earliest">The monotonic clock before which no event of the segment can be.</param>
internal sealed class SegmentEvents(
    SegmentFile file,
    in SegmentName name,
    TextCache texts,
    int limit,
    long earliest
)
{
    const int EventFields = 7;

    // A writer cuts an event at 64 KiB (rule S30). A list's items cost more memory than bytes, so that a larger one
    // from a hostile program is not decoded.
    const int LongestEvent = 256 * 1024;

    // A writer goes 8 deep (rule S30), an object's facts one deeper.
    const int DeepestValue = 16;

    readonly SegmentName _name = name;
    readonly SegmentBound _bound = new(earliest);
    readonly Definitions _definitions = new();
    readonly List<Place> _events = [];
    readonly Dictionary<(long Code, int Line), Caller> _callers = [];
    ReadOnlyMemory<byte> _bytes;
    long _offset = SegmentLayout.HeaderSize;
    bool _isSorted = true;
    int _next;

    /// <summary>Where an event stands: in the bytes of one read.</summary>
    [StructLayout(LayoutKind.Auto)]
    readonly record struct Place(long Time, ReadOnlyMemory<byte> Bytes, int Offset, long InSegment);

    internal SegmentFile File => file;

    internal int Sequence => _name.Sequence;

    /// <summary>The header as it was read last; null for a file that has none.</summary>
    internal SegmentHeader? Header { get; private set; }

    /// <summary>The start map's bytes when the header was read first.</summary>
    internal StartMap? Start { get; private set; }

    /// <summary>Nobody can write into it any more.</summary>
    internal bool IsLeft { get; private set; }

    /// <summary>Nothing more can come of it.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>The monotonic clock before which no event can come that is not here (rule S51).</summary>
    internal long Bound => IsComplete ? long.MaxValue : _bound.Mono;

    /// <summary>How many events were given, or were damaged when their turn came.</summary>
    internal long Taken { get; private set; }

    /// <summary>Blocks and events that break a rule; grows while events are read.</summary>
    internal long Damaged { get; private set; }

    /// <summary>True when the walk ended at a length that cannot be, or where the file is cut: how much is lost behind it is not known.</summary>
    internal bool IsBroken { get; private set; }

    /// <summary>Reads what has come since the last look. The file is as it was where it cannot be read.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    internal void Refresh(in SegmentRound round)
    {
        if (IsComplete)
            return;
        using var stream = file.Open();
        IsLeft = !round.IsLive || SegmentWriters.AreGone(stream);
        if (!ReadHeader(stream))
            return;
        var bytes = SegmentBytes.ReadUsed(stream, _offset, limit);
        if (IsLeft)
        {
            Index(bytes);
            IsComplete = true;
            return;
        }

        var (whole, reserved) = SegmentBytes.Settle(stream, _offset, bytes.Span);
        var extent = _offset + reserved;
        Index(bytes[..whole]);
        _bound.Take(_offset, extent, round.Mono);
        // A full segment has no room for another event (rule S50).
        IsComplete = Header!.Full && _offset == extent && Header.Size - extent < SegmentLayout.MinimumBlock;
    }

    /// <summary>Of a file that cannot be read: what was read of it is all, and the rest is lost.</summary>
    internal void GiveUp()
    {
        IsBroken = true;
        IsComplete = true;
    }

    /// <summary>Reads the header once more: counters may have grown since the segment was full.</summary>
    internal void RefreshHeader()
    {
        using var stream = file.Open();
        ReadHeader(stream);
    }

    /// <summary>Passes over events that are packed already.</summary>
    internal void Skip(long events, SegmentRow row)
    {
        while (events-- > 0 && _next < _events.Count)
            Read(row);
    }

    bool ReadHeader(Stream stream)
    {
        var bytes = SegmentBytes.ReadHeader(stream);
        if (SegmentHeader.Read(bytes, _name, out _) is not { } header)
        {
            GiveUp();
            return false;
        }

        Header = header;
        Start ??= StartMap.Read(SegmentHeader.StartMapOf(bytes));
        return true;
    }

    void Index(ReadOnlyMemory<byte> bytes)
    {
        _events.RemoveRange(0, _next);
        _next = 0;
        _bytes = bytes;
        var walk = new BlockWalk(bytes.Span, 0);
        while (true)
        {
            var kind = walk.Next();
            if (kind == BlockKind.Whole && !TryIndex(walk.PayloadOffset, walk.PayloadLength))
                kind = BlockKind.Damaged;
            if (kind == BlockKind.Damaged)
                Damaged++;
            IsBroken |=
                kind == BlockKind.Broken
                || (IsLeft && kind == BlockKind.End && IsCut(bytes.Length, walk.Offset));
            if (kind is BlockKind.End or BlockKind.Broken)
                break;
        }

        _offset += walk.Offset;
        _bytes = default;
        // Places are distinct, which makes the order total and so the sort stable.
        if (!_isSorted)
            _events.Sort((a, b) => (a.Time, a.InSegment).CompareTo((b.Time, b.InSegment)));
        _isSorted = true;
    }

    // No length 0 stands there, and by its header the segment has room for a block that is not in the file.
    bool IsCut(int length, int offset) =>
        length - offset < SegmentLayout.MinimumBlock
        && Header!.Size - (_offset + offset) >= SegmentLayout.MinimumBlock;

    /// <summary>The monotonic time of the next event; false where there is none, or none yet.</summary>
    internal bool TryPeek(out long time)
    {
        var more = _next < _events.Count;
        time = more ? _events[_next].Time : 0;
        return more;
    }

    /// <summary>Reads the next event into a row (not its time and process); false when that event is damaged.</summary>
    internal bool Read(SegmentRow row)
    {
        Taken++;
        try
        {
            var place = _events[_next++];
            Decode(place.Bytes.Span[place.Offset..], row);
            return true;
        }
        catch (MessagePackSerializationException)
        {
            // What a skip over the values did not see: text that is no UTF-8, an extension with a wrong body.
            Damaged++;
            return false;
        }
    }

    bool TryIndex(int offset, int length)
    {
        var before = _events.Count;
        try
        {
            var reader = new MessagePackReader(_bytes.Span.Slice(offset, length));
            do
            {
                IndexRecord(ref reader, offset);
            } while (!reader.End);
            _definitions.Commit();
            return true;
        }
        catch (MessagePackSerializationException)
        {
            _definitions.Forget();
            _events.RemoveRange(before, _events.Count - before);
            return false;
        }
    }

    void IndexRecord(ref MessagePackReader reader, int offset)
    {
        var start = reader.Consumed;
        var fields = reader.ReadArrayHeader();
        if (fields == 0)
            throw new MessagePackSerializationException("a record without a kind");
        switch (reader.ReadUInt64())
        {
            case 1 when fields >= EventFields:
                var time = (long)Math.Min(reader.ReadUInt64(), long.MaxValue);
                _isSorted &= _events.Count == 0 || _events[^1].Time <= time;
                var at = offset + (int)start;
                _events.Add(new Place(time, _bytes, at, _offset + at));
                reader.ReadInt64();
                if (reader.NextMessagePackType == MessagePackType.Integer)
                    _definitions.RequireName(reader.ReadInt64());
                else
                    reader.Skip();
                if (!reader.TryReadNil())
                    _definitions.RequireCode(reader.ReadInt64());
                reader.ReadInt64();
                fields -= 5;
                break;
            case 2 when fields >= 3:
                _definitions.AddName(reader.ReadInt64(), ReadText(ref reader));
                fields -= 2;
                break;
            case 3 when fields >= 5:
                var id = reader.ReadInt64();
                var path = ReadText(ref reader);
                _definitions.AddCode(id, path, ReadText(ref reader));
                fields -= 3;
                break;
            case 1 or 2 or 3:
                throw new MessagePackSerializationException("a record with too few fields");
            default:
                break;
        }

        // The kind is read, and what a case took off the count.
        while (--fields > 0)
            reader.Skip();
        if (reader.Consumed - start > LongestEvent)
            throw new MessagePackSerializationException("an event longer than a writer makes");
    }

    void Decode(ReadOnlySpan<byte> bytes, SegmentRow row)
    {
        var reader = new MessagePackReader(bytes);
        reader.ReadArrayHeader();
        reader.ReadUInt64();
        reader.ReadUInt64();
        row.Thread = reader.ReadInt64();
        row.Name =
            reader.NextMessagePackType == MessagePackType.Integer
                ? _definitions.NameOf(reader.ReadInt64())
                : ReadText(ref reader);
        var code = reader.TryReadNil() ? (long?)null : reader.ReadInt64();
        var line = (int)Math.Clamp(reader.ReadInt64(), 0, int.MaxValue);
        row.Caller = code is null ? null : CallerOf(code.Value, line);
        var arguments = row.SetCount(reader.ReadArrayHeader());
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] =
                reader.NextMessagePackType == MessagePackType.String && reader.TryReadStringSpan(out var utf8)
                    ? texts.Get(utf8)
                    : ValueCodec.Read(ref reader, DeepestValue);
        }
    }

    Caller CallerOf(long code, int line)
    {
        if (_callers.TryGetValue((code, line), out var caller))
            return caller;
        var (file, function) = _definitions.CodeOf(code);
        return _callers[(code, line)] = new Caller(file, line, function);
    }

    string ReadText(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.String && reader.TryReadStringSpan(out var utf8))
            return texts.Get(utf8).AsText!;
        var text =
            ValueCodec.Read(ref reader).AsText
            ?? throw new MessagePackSerializationException("another kind of value in place of text");
        return PythonText.Valid(text);
    }
}
