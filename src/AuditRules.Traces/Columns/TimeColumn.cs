using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace AuditRules.Traces;

/// <summary>
/// Times as LEB128 numbers (T29): the unit in nanoseconds, then for each row but the first its distance from the row
/// before in units.
/// </summary>
static class TimeColumn
{
    public static void Write(ReadOnlySpan<long> times, IBufferWriter<byte> target)
    {
        var unit = 0UL;
        for (var i = 1; i < times.Length && unit != 1; i++)
            unit = GreatestCommonDivisor(unit, Distance(times, i));
        unit = Math.Max(unit, 1);
        Put(unit, target);
        for (var i = 1; i < times.Length; i++)
            Put(Distance(times, i) / unit, target);
    }

    public static bool TryRead(
        ReadOnlySpan<byte> raw,
        int rows,
        long first,
        long last,
        [NotNullWhen(true)] out long[]? times
    )
    {
        times = null;
        var at = 0;
        if (!TryTake(raw, ref at, out var unit) || unit == 0 || raw.Length - at < rows - 1)
            return false;
        var read = GC.AllocateUninitializedArray<long>(rows);
        if (rows > 0)
            read[0] = first;
        // Distances stay within the frame's span, so that no sum can wrap round.
        var left = unchecked((ulong)(last - first));
        for (var row = 1; row < rows; row++)
        {
            if (
                !TryTake(raw, ref at, out var units)
                || Math.BigMul(units, unit, out var step) != 0
                || step > left
            )
                return false;
            left -= step;
            read[row] = unchecked(last - (long)left);
        }

        if (at != raw.Length || left != 0)
            return false;
        times = read;
        return true;
    }

    static ulong Distance(ReadOnlySpan<long> times, int row) =>
        unchecked((ulong)(times[row] - times[row - 1]));

    static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    static void Put(ulong value, IBufferWriter<byte> target)
    {
        var span = target.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        target.Advance(length);
    }

    static bool TryTake(ReadOnlySpan<byte> raw, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && (uint)at < (uint)raw.Length; shift += 7)
        {
            var part = raw[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return shift < 63 || part <= 1;
        }

        return false;
    }
}
