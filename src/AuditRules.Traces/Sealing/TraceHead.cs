using System.Globalization;

namespace AuditRules.Traces;

/// <summary>
/// What stands for every byte of a trace up to a place: the number of leaves of its tree and their root (T55). Kept
/// elsewhere, it tells later whether a byte is another.
/// </summary>
/// <param name="Leaves">The number of leaves: the preamble and the frames. At least 1.</param>
/// <param name="Root">The root: 64 lower-case hexadecimal digits.</param>
public sealed record TraceHead(long Leaves, string Root)
{
    const int RootDigits = 2 * MerkleTree.HashLength;

    /// <summary>Reads a head as <see cref="ToString"/> writes it; null for anything else.</summary>
    public static TraceHead? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || ReadLeaves(text.AsSpan(0, colon)) is not (> 0 and var leaves))
            return null;
        var root = text[(colon + 1)..];
        return root.Length == RootDigits && root.All(char.IsAsciiHexDigitLower)
            ? new TraceHead(leaves, root)
            : null;
    }

    /// <summary>As <c>12:9f86...</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Leaves}:{Root}");

    internal static TraceHead Of(MerkleTree tree) => new(tree.Count, Convert.ToHexStringLower(tree.Root()));

    /// <summary>A number of leaves in its one form, without leading zeros; -1 for anything else.</summary>
    internal static long ReadLeaves(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && (digits[0] != '0' || digits.Length == 1)
            ? number
            : -1;
}
