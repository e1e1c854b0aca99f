using System.Text;
using AuditRules.Events;
using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Recording.Segments;

/// <summary>
/// The events of one segment in the order of their times (rule S27), events of one time as they stand. What is held
/// is the segment's used bytes, 16 bytes an event, and the segment's own definitions.
/// </summary>
internal sealed class SegmentEvents
{
    const int EventFields = 7;

    // A writer cuts an event at 64 KiB (rule S30). A list's items cost more memory than bytes, so that a larger one
    // from a hostile program is not decoded.
    const int LongestEvent = 256 * 1024;

    // A writer goes 8 deep (rule S30), an object's facts one deeper.
    const int DeepestValue = 16;

    readonly ReadOnlyMemory<byte> _bytes;
    readonly TextCache _texts;
    readonly Definitions _definitions = new();
    readonly List<(long Time, int Offset)> _events = [];
    readonly Dictionary<(long Code, int Line), Caller> _callers = [];
    bool _isSorted = true;
    int _next;

    /// <summary>Goes over all blocks of a segment, which begins with a header that was checked.</summary>
    /// <param name="bytes">The segment as far as it was read.</param>
    /// <param name="size">The size in bytes that its header says.</param>
    /// <param name="texts">Where texts are shared.</param>
    internal SegmentEvents(ReadOnlyMemory<byte> bytes, long size, TextCache texts)
    {
        _bytes = bytes;
        _texts = texts;
        var walk = new BlockWalk(bytes.Span, SegmentLayout.HeaderSize);
        while (true)
        {
            var kind = walk.Next();
            if (kind == BlockKind.Whole && !TryIndex(walk.PayloadOffset, walk.PayloadLength))
                kind = BlockKind.Damaged;
            if (kind == BlockKind.Damaged)
                Damaged++;
            IsBroken |= kind == BlockKind.Broken || (kind == BlockKind.End && IsCut(walk.Offset, size));
            if (kind is BlockKind.End or BlockKind.Broken)
                break;
        }

        // Offsets are distinct, which makes the order total and so the sort stable.
        if (!_isSorted)
            _events.Sort();
    }

    /// <summary>Blocks and events that break a rule; grows while events are read.</summary>
    internal long Damaged { get; private set; }

    /// <summary>True when the walk ended at a length that cannot be, or where the file is cut: how much is lost behind it is not known.</summary>
    internal bool IsBroken { get; }

    // No length 0 stands there, and by its header the segment has room for a block that is not in the file.
    bool IsCut(int offset, long size) =>
        _bytes.Length - offset < SegmentLayout.MinimumBlock && size - offset >= SegmentLayout.MinimumBlock;

    /// <summary>The monotonic time of the next event; false at the end.</summary>
    internal bool TryPeek(out long time)
    {
        var more = _next < _events.Count;
        time = more ? _events[_next].Time : 0;
        return more;
    }

    /// <summary>Reads the next event into a row (not its time and process); false when that event is damaged.</summary>
    internal bool Read(SegmentRow row)
    {
        try
        {
            Decode(_events[_next++].Offset, row);
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
                _events.Add((time, offset + (int)start));
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
                var file = ReadText(ref reader);
                _definitions.AddCode(id, file, ReadText(ref reader));
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

    void Decode(int offset, SegmentRow row)
    {
        var reader = new MessagePackReader(_bytes.Span[offset..]);
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
                    ? _texts.Get(utf8)
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
            return _texts.Get(utf8).AsText!;
        var text =
            ValueCodec.Read(ref reader).AsText
            ?? throw new MessagePackSerializationException("another kind of value in place of text");
        return PythonText.Valid(text);
    }
}
