using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AuditRules.Traces;

/// <summary>How a frame is laid out in the file.</summary>
/// <param name="Offset">Where its header begins.</param>
/// <param name="Type">META, DATA, PROCESS, LOSS, END, INDEX, CHECKPOINT, or the number of another type (T8).</param>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="RawLength">Bytes of the payload once its columns are inflated.</param>
/// <param name="StoredLength">Bytes of the payload in the file.</param>
/// <param name="FirstOrdinal">The ordinal of its first event; null without events.</param>
/// <param name="FirstTime">The time of its first event, in nanoseconds since the Unix epoch; null without events.</param>
/// <param name="LastTime">The time of its last event; null without events.</param>
/// <param name="Columns">Its columns; empty without events.</param>
public sealed record FrameLayout(
    long Offset,
    string Type,
    long Sequence,
    long Events,
    long RawLength,
    long StoredLength,
    long? FirstOrdinal,
    long? FirstTime,
    long? LastTime,
    ImmutableArray<ColumnLayout> Columns
);

/// <summary>How a column is stored.</summary>
/// <param name="Id">Its id (T22).</param>
/// <param name="Codec">Its codec.</param>
/// <param name="RawLength">Bytes once it is inflated.</param>
/// <param name="StoredLength">Bytes in the file.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ColumnLayout(int Id, ColumnCodec Codec, int RawLength, int StoredLength);
