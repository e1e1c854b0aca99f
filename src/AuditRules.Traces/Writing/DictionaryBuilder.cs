using System.Runtime.InteropServices;
using System.Text;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>
/// The distinct values of one frame, as they will stand in its dictionary (T26). What was added since
/// <see cref="Mark"/> can be taken back, so that an event that does not fit leaves nothing behind.
/// </summary>
sealed class DictionaryBuilder
{
    readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);

    // Other values are found by their encoding: deterministic, and its hash cannot be steered by a nested value.
    readonly Dictionary<byte[], int> _others = new(ByteArrayComparer.Instance);
    readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _othersBySpan;
    readonly List<object> _added = [];
    readonly ByteBuffer _values = new();
    readonly ByteBuffer _scratch = new();
    int _markedLength;

    public DictionaryBuilder() => _othersBySpan = _others.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _texts.Count + _others.Count;

    /// <summary>The length of all values' encodings.</summary>
    public int Length => _values.Length;

    public ReadOnlySpan<byte> Values => _values.Written;

    public void Mark()
    {
        _added.Clear();
        _markedLength = _values.Length;
    }

    public void TakeBack()
    {
        foreach (var key in _added)
        {
            if (key is string text)
                _texts.Remove(text);
            else
                _others.Remove((byte[])key);
        }

        _added.Clear();
        _values.Length = _markedLength;
    }

    public void Clear()
    {
        _texts.Clear();
        _others.Clear();
        _values.Length = 0;
        Mark();
    }

    public int IdOf(string text)
    {
        var next = Count;
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out var exists);
        if (exists)
            return id;
        id = next;
        _added.Add(text);
        var writer = new MessagePackWriter(_values);
        writer.Write(text);
        writer.Flush();
        return next;
    }

    public int IdOf(in Value value)
    {
        if (value.Kind == ValueKind.Str)
            return IdOf(value.AsText!);
        _scratch.Length = 0;
        var writer = new MessagePackWriter(_scratch);
        ValueCodec.Write(ref writer, value);
        writer.Flush();
        var encoded = _scratch.Written;
        if (_othersBySpan.TryGetValue(encoded, out var id))
            return id;
        id = Count;
        var key = encoded.ToArray();
        _others.Add(key, id);
        _added.Add(key);
        encoded.CopyTo(_values.GetSpan(encoded.Length));
        _values.Advance(encoded.Length);
        return id;
    }
}
