using System.Buffers.Binary;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>Records of one kind that wait for their frame, as one MessagePack array.</summary>
sealed class RecordBuffer
{
    /// <summary>The array's header, always of the widest form, since the count is known last.</summary>
    public const int HeaderLength = 5;

    readonly ByteBuffer _bytes = new() { Length = HeaderLength };

    public int Length => _bytes.Length;

    public int Count { get; private set; }

    /// <summary>False when the record does not fit beside the others.</summary>
    public bool TryAdd(ReadOnlySpan<byte> record, int limit)
    {
        if (_bytes.Length + record.Length > limit || Count == TraceFormat.MaxFrameRecords)
            return false;
        record.CopyTo(_bytes.GetSpan(record.Length));
        _bytes.Advance(record.Length);
        Count++;
        return true;
    }

    /// <summary>The array; it is valid until the next call, and the buffer is empty again.</summary>
    public ReadOnlySpan<byte> Take()
    {
        _bytes.Array[0] = MessagePackCode.Array32;
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.Array.AsSpan(1), (uint)Count);
        var all = _bytes.Written;
        _bytes.Length = HeaderLength;
        Count = 0;
        return all;
    }
}
