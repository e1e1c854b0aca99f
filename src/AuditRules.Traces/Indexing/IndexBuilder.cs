using System.Text;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Collects what INDEX will say while a trace is written (T45, T46).</summary>
sealed class IndexBuilder
{
    // What one entry takes at most, without its names.
    const int EntryBytes = 1 + 9 + 5 + 9 + 5 + 9 + 9 + 5;

    readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    // A bit for each name, by the order in which names came; a frame may have fewer bytes than a later one.
    readonly List<(IndexEntry Entry, byte[] Names)> _frames = [];
    long _nameBytes = 64;

    /// <summary>Whether INDEX would be larger than a frame; then nothing is kept.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Adds a DATA frame; its times are mono.</summary>
    public void Add(IndexEntry entry, IEnumerable<string> names)
    {
        if (IsTooLarge)
            return;
        var bits = new byte[BitBytes];
        foreach (var name in names)
        {
            if (!_names.TryGetValue(name, out var id))
            {
                _names.Add(name, id = _names.Count);
                _nameBytes += StrictUtf8.Encoding.GetByteCount(name) + 5;
            }

            if (id / 8 >= bits.Length)
                Array.Resize(ref bits, Math.Max(BitBytes, bits.Length * 2));
            bits[id / 8] |= (byte)(1 << (id % 8));
        }

        _frames.Add((entry, bits));
        if (Bound <= TraceFormat.MaxRawLength)
            return;
        IsTooLarge = true;
        _frames.Clear();
        _names.Clear();
    }

    /// <summary>The most bytes that the payload can have.</summary>
    public long Bound => _nameBytes + (_frames.Count * (EntryBytes + (long)BitBytes));

    int BitBytes => (_names.Count + 7) / 8;

    /// <summary>Writes the payload; false when there is nothing to say, or INDEX would be larger than a frame.</summary>
    public bool TryWrite(ByteBuffer payload)
    {
        if (_frames.Count == 0)
            return false;
        var sorted = _names.Select(n => (Utf8: Encoding.UTF8.GetBytes(n.Key), Id: n.Value)).ToArray();
        Array.Sort(sorted, (a, b) => a.Utf8.AsSpan().SequenceCompareTo(b.Utf8));
        var places = new int[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
            places[sorted[i].Id] = i;

        payload.Length = 0;
        var writer = new MessagePackWriter(payload);
        writer.WriteMapHeader(2);
        writer.Write("names");
        writer.WriteArrayHeader(sorted.Length);
        foreach (var (utf8, _) in sorted)
            writer.WriteString(utf8);
        writer.Write("frames");
        writer.WriteArrayHeader(_frames.Count);
        var bits = new byte[BitBytes];
        foreach (var (entry, names) in _frames)
        {
            bits.AsSpan().Clear();
            for (var id = 0; id < Math.Min(places.Length, names.Length * 8); id++)
            {
                if ((names[id / 8] & (1 << (id % 8))) != 0)
                    bits[places[id] / 8] |= (byte)(1 << (places[id] % 8));
            }

            writer.WriteArrayHeader(7);
            writer.Write(entry.Offset);
            writer.Write(entry.Sequence);
            writer.Write(entry.FirstOrdinal);
            writer.Write(entry.Count);
            writer.Write(entry.First);
            writer.Write(entry.Last);
            writer.Write(bits);
        }

        writer.Flush();
        return true;
    }
}
