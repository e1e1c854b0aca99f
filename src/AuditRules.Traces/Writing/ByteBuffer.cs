using System.Buffers;

namespace AuditRules.Traces;

/// <summary>A growing array of bytes that can be cut back and used again.</summary>
sealed class ByteBuffer : IBufferWriter<byte>
{
    /// <summary>The bytes; only the first <see cref="Length"/> of them count.</summary>
    public byte[] Array { get; private set; } = new byte[256];

    /// <summary>How many bytes count; may be set to fewer.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => Array.AsSpan(0, Length);

    public void Advance(int count) => Length += count;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > Array.Length)
        {
            var larger = new byte[Math.Max(needed, Array.Length * 2)];
            Written.CopyTo(larger);
            Array = larger;
        }

        return Array.AsMemory(Length);
    }
}
