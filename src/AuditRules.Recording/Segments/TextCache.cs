using System.Text;
using AuditRules.Events;
using MessagePack;

namespace AuditRules.Recording.Segments;

/// <summary>
/// Strings by their UTF-8 bytes: a recorded program opens the same paths again and again, and making one
/// string for all of them is cheaper than making it anew.
/// </summary>
internal sealed class TextCache
{
    const int Slots = 4096;
    const int LongestCached = 256;

    static readonly UTF8Encoding StrictUtf8 = new(false, true);

    readonly (byte[] Utf8, Value Text)[] _slots = new (byte[], Value)[Slots];

    /// <summary>The text of those bytes.</summary>
    /// <exception cref="MessagePackSerializationException">They are not UTF-8.</exception>
    internal Value Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestCached)
            return Decode(utf8);
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _slots[hash.ToHashCode() & (Slots - 1)];
        if (slot.Utf8 is null || !utf8.SequenceEqual(slot.Utf8))
            slot = (utf8.ToArray(), Decode(utf8));
        return slot.Text;
    }

    static Value Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Value.Str(StrictUtf8.GetString(utf8));
        }
        catch (DecoderFallbackException)
        {
            throw new MessagePackSerializationException("text is not UTF-8");
        }
    }
}
