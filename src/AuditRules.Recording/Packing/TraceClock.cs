using System.Runtime.InteropServices;

namespace AuditRules.Recording.Packing;

/// <summary>Wall time from monotonic time: one anchor for the whole trace, so that order is that of the latter.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TraceClock(long Wall, long Mono)
{
    /// <summary>Nanoseconds since the Unix epoch; what lies outside the range is its end.</summary>
    internal long ToWall(long mono)
    {
        var wall = (Int128)Wall + mono - Mono;
        return wall < 0 ? 0
            : wall > long.MaxValue ? long.MaxValue
            : (long)wall;
    }

    /// <summary>The monotonic time of a wall time; what lies outside the range is its end.</summary>
    internal long ToMono(long wall)
    {
        var mono = (Int128)Mono + wall - Wall;
        return mono < 0 ? 0
            : mono > long.MaxValue ? long.MaxValue
            : (long)mono;
    }
}
