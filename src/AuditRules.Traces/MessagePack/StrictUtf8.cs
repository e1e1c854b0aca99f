using System.Text;

namespace MessagePack;

/// <summary>UTF-8 that refuses what is not UTF-8, in both directions.</summary>
static class StrictUtf8
{
    public static readonly UTF8Encoding Encoding = new(false, true);

    /// <summary>False when the text has a lone surrogate.</summary>
    public static bool IsValid(string text)
    {
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is var at and >= 0; )
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[(at + used)..];
        }

        return true;
    }
}
