namespace AuditRules.Reporting.Text;

/// <summary>How much is shown of a value; what is left out is counted.</summary>
/// <param name="Length">Characters of any one text, digits of a number, or bytes.</param>
/// <param name="Items">Items of a list or a map, facts of an object.</param>
/// <param name="Depth">How deep values in values are shown.</param>
public sealed record ValueLimits(int Length, int Items, int Depth)
{
    /// <summary>What can be read at a glance.</summary>
    public static ValueLimits Usual { get; } = new(120, 16, 4);

    /// <summary>All of it. A value is nested 64 deep at most: the reader refuses deeper ones.</summary>
    public static ValueLimits None { get; } = new(int.MaxValue, int.MaxValue, int.MaxValue);
}
