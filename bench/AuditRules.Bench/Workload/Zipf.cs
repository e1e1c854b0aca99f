namespace AuditRules.Bench;

/// <summary>Ranks from 0, the k-th with weight 1 / (k + 1): Zipf's law of exponent 1.</summary>
sealed class Zipf
{
    readonly double[] _upTo;

    public Zipf(int count)
    {
        _upTo = new double[count];
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
            _upTo[rank] = sum += 1.0 / (rank + 1);
    }

    public int Next(Draw draw)
    {
        var at = Array.BinarySearch(_upTo, draw.Fraction() * _upTo[^1]);
        return at < 0 ? ~at : at + 1;
    }
}
