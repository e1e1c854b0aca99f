using System.Globalization;
using System.Runtime.InteropServices;

namespace AuditRules.Recording.Segments;

/// <summary>What a segment's file name says: <c>PID-NONCE-SEQ.seg</c> (rule S6).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentName(int Pid, ulong Nonce, int Sequence)
{
    internal const string Extension = ".seg";

    /// <summary>Reads a file name without folders; false for a name that is not a segment's.</summary>
    internal static bool TryParse(string fileName, out SegmentName name)
    {
        name = default;
        if (!fileName.EndsWith(Extension, StringComparison.Ordinal))
            return false;
        var parts = fileName[..^Extension.Length].Split('-');
        if (parts.Length != 3 || parts[1].Length != 16 || parts[2].Length < 6)
            return false;
        if (
            !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !ulong.TryParse(
                parts[1],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var nonce
            )
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
        )
        {
            return false;
        }

        name = new SegmentName(pid, nonce, sequence);
        // Only the one spelling: two files must not claim the same place.
        return name.ToString() == fileName;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Pid}-{Nonce:x16}-{Sequence:000000}{Extension}");
}
