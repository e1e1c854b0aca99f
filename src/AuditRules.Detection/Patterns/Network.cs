using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AuditRules.Detection.Patterns;

/// <summary>A range of addresses by its first bits, as <c>10.0.0.0/8</c> (docs/spec/rules.md, R71).</summary>
/// <remarks>
/// All addresses are numbers of 128 bits: one of IPv4 stands where IPv6 maps it, behind <c>::ffff:0:0/96</c>.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
readonly record struct Network(UInt128 First, int Bits)
{
    const int MappedBits = 96;
    static readonly UInt128 _mapped = new(0, 0xffff_0000_0000);

    // What may stand in an address. The parser of the platform also takes brackets, ports and prefixes.
    static readonly SearchValues<char> _allowed = SearchValues.Create("0123456789abcdefABCDEFxX:.");

    bool IsVersion4 => Bits >= MappedBits && First >> 32 == _mapped >> 32;

    /// <summary>The network in words of its own: <c>10.0.0.0/8</c>, <c>::1/128</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Text(First, IsVersion4)}/{(IsVersion4 ? Bits - MappedBits : Bits)}"
        );

    /// <summary>True when the text is an address within the network.</summary>
    public bool Contains(string text) => TryRead(text, out var address) && Contains(address);

    /// <summary>Reads a network: an address, alone or with the number of its leading bits that are meant.</summary>
    /// <exception cref="PatternException">The text is none.</exception>
    public static Network Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        if (!TryRead(address, out var number) || address.Contains('%', StringComparison.Ordinal))
            throw new PatternException(text, $"\"{text}\" is no network", "Write network \"10.0.0.0/8\".");
        var isVersion4 = !address.Contains(':', StringComparison.Ordinal);
        // A short form, 10/8 or 010.0.0.0, means something else to each reader.
        if (isVersion4 && Text(number, true) != address)
            throw new PatternException(
                text,
                $"\"{text}\" is no network: an address of IPv4 has four decimal numbers",
                "Write network \"10.0.0.0/8\"."
            );
        var most = isVersion4 ? 32 : 128;
        var bits = most;
        if (
            slash >= 0
            && (
                !int.TryParse(
                    text.AsSpan(slash + 1),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out bits
                )
                || bits > most
            )
        )
            throw new PatternException(
                text,
                $"\"{text}\" is no network: behind the slash stands a number of bits",
                FormattableString.Invariant($"Write a number from 0 to {most}.")
            );
        var network = new Network(number, isVersion4 ? bits + MappedBits : bits);
        var first = network with { First = number & network.Mask };
        return first.First == number
            ? first
            : throw new PatternException(
                text,
                FormattableString.Invariant($"\"{text}\" is no network: it has bits beyond the first {bits}"),
                $"Maybe you want \"{first}\"."
            );
    }

    UInt128 Mask => Bits == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - Bits);

    // A network of IPv6 that is not within the mapped ones has no address of IPv4: ::/0 means IPv6.
    bool Contains(UInt128 address) =>
        (address & Mask) == First && (IsVersion4 || address >> 32 != _mapped >> 32);

    static bool TryRead(string text, out UInt128 number)
    {
        number = default;
        // A zone says where an address is met, not which it is.
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        var plain =
            zone >= 0 && text.Contains(':', StringComparison.Ordinal) ? text.AsSpan(0, zone) : text.AsSpan();
        if (plain.ContainsAnyExcept(_allowed) || !IPAddress.TryParse(plain, out var address))
            return false;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10] = bytes[11] = 0xff;
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    static string Text(UInt128 number, bool isVersion4)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(isVersion4 ? bytes[12..] : bytes).ToString();
    }
}
