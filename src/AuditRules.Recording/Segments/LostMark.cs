using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AuditRules.Recording.Segments;

/// <summary>
/// What an image leaves that could not make its first segment (rule S41): the link <c>PID-NONCE.lost</c>, whose target is
/// the reason. It takes no block of the disk, no descriptor and no file size.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LostMark(int Pid, ulong Nonce)
{
    internal const string Extension = ".lost";

    const int LongestReason = 64;

    /// <summary>Reads a file name without folders; false for a name that is not a mark's.</summary>
    internal static bool TryParse(string fileName, out LostMark mark)
    {
        mark = default;
        if (!fileName.EndsWith(Extension, StringComparison.Ordinal))
            return false;
        var parts = fileName[..^Extension.Length].Split('-');
        if (
            parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !ulong.TryParse(
                parts[1],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var nonce
            )
        )
        {
            return false;
        }

        mark = new LostMark(pid, nonce);
        return nonce != 0 && mark.ToString() == fileName;
    }

    /// <summary>The reason that a mark gives; <c>other</c> for one that the table of reasons does not have.</summary>
    internal static string ReasonOf(SegmentFile file)
    {
        using var stream = file.Open();
        var bytes = new byte[LongestReason];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var reason = Encoding.UTF8.GetString(bytes, 0, length);
        return SegmentLayout.LossReasons.Contains(reason, StringComparer.Ordinal) ? reason : "other";
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Pid}-{Nonce:x16}{Extension}");
}
