namespace AuditRules.Bench;

/// <summary>Random numbers that are the same on every machine and runtime (SplitMix64).</summary>
sealed class Draw(ulong seed)
{
    ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>0 up to, not including, 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of so many bits or fewer, every count of bits from <paramref name="least"/> on as likely.</summary>
    public long OfBits(int least, int most)
    {
        var top = 1L << (least + Below(most - least));
        return top + (long)(Next() & (ulong)(top - 1));
    }
}
