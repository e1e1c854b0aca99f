using System.Text.Unicode;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>The values of one frame (T26): found by one pass, each made when it is first asked for.</summary>
sealed class FrameDictionary
{
    readonly byte[] _raw;
    readonly int[] _offsets;
    readonly Value[] _values;
    readonly int _maxDepth;

    /// <summary>Finds where each value begins.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are no such column.</exception>
    public FrameDictionary(byte[] raw, int most, int maxDepth)
    {
        _raw = raw;
        _maxDepth = maxDepth;
        var reader = new MessagePackReader(raw);
        var count = reader.ReadArrayHeader();
        if (count > most)
            throw new MessagePackSerializationException(
                $"{count} entries in the dictionary, more than the limit"
            );
        _offsets = new int[count];
        for (var i = 0; i < _offsets.Length; i++)
        {
            _offsets[i] = (int)reader.Consumed;
            reader.Skip();
        }

        if (!reader.End)
            throw new MessagePackSerializationException("bytes behind the dictionary");
        _values = new Value[_offsets.Length];
    }

    public int Count => _offsets.Length;

    /// <summary>The value of that id.</summary>
    /// <exception cref="MessagePackSerializationException">The value is malformed, or of a kind that has no
    /// place in a dictionary.</exception>
    public Value this[int id]
    {
        get
        {
            // Nil has no place in a dictionary, so it can stand for "not made yet".
            if (_values[id].Kind != ValueKind.Nil)
                return _values[id];
            var reader = new MessagePackReader(_raw.AsSpan(_offsets[id]));
            var value = ValueCodec.Read(ref reader, _maxDepth);
            if (value.Kind <= ValueKind.Float)
                throw new MessagePackSerializationException($"a {value.Kind} in the dictionary");
            return _values[id] = value;
        }
    }

    /// <summary>The kind of the value of that id, which may still be malformed.</summary>
    /// <exception cref="MessagePackSerializationException">It has no place in a dictionary.</exception>
    public ValueKind KindOf(int id) =>
        new MessagePackReader(_raw.AsSpan(_offsets[id])).NextMessagePackType switch
        {
            MessagePackType.String => ValueKind.Str,
            MessagePackType.Binary => ValueKind.Bytes,
            MessagePackType.Array => ValueKind.List,
            MessagePackType.Map => ValueKind.Map,
            // An extension may hold what is an int.
            _ => this[id].Kind,
        };

    /// <summary>The kinds of all values, each of which is well-formed; text and bytes are not made for it.</summary>
    /// <exception cref="MessagePackSerializationException">A value is malformed, or of a kind that has no
    /// place in a dictionary.</exception>
    public ValueKind[] Kinds()
    {
        var kinds = new ValueKind[Count];
        for (var id = 0; id < kinds.Length; id++)
        {
            kinds[id] = KindOf(id);
            if (kinds[id] is not (ValueKind.Str or ValueKind.Bytes))
                _ = this[id];
            else if (kinds[id] == ValueKind.Str)
            {
                new MessagePackReader(_raw.AsSpan(_offsets[id])).TryReadStringSpan(out var utf8);
                if (!Utf8.IsValid(utf8))
                    throw new MessagePackSerializationException("text is not UTF-8");
            }
        }

        return kinds;
    }
}
