using System.Runtime.InteropServices;

namespace AuditRules.Traces;

/// <summary>What INDEX, or a walk along the headers, says of one DATA frame (T45).</summary>
/// <param name="Offset">Where its header begins in the file.</param>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="FirstOrdinal">The ordinal of its first row.</param>
/// <param name="Count">How many events it has.</param>
/// <param name="First">The time of its first row: mono in INDEX, nanoseconds since the Unix epoch in a directory.</param>
/// <param name="Last">The time of its last row, likewise.</param>
/// <param name="NamesAt">Where the bits of its names begin in the payload of INDEX; -1 after a walk.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct IndexEntry(
    long Offset,
    uint Sequence,
    long FirstOrdinal,
    uint Count,
    long First,
    long Last,
    int NamesAt
)
{
    /// <summary>The ordinal behind its last row.</summary>
    public long EndOrdinal => FirstOrdinal + Count;
}
