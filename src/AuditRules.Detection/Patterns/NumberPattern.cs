using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>A condition on an integer of 64 bits; false and true count as 0 and 1.</summary>
public abstract record NumberPattern : ValuePattern
{
    /// <inheritdoc/>
    public sealed override bool Matches(Value value) =>
        value.Kind is ValueKind.Int or ValueKind.True or ValueKind.False && Matches(value.AsInt64);

    /// <summary>True when the number matches.</summary>
    public abstract bool Matches(long number);

    /// <summary>That number.</summary>
    public static NumberPattern EqualTo(long number) => new NumberBetween(number, number);

    /// <summary>One of those numbers.</summary>
    public static NumberPattern OneOf(IEnumerable<long> numbers) => new NumberOneOf([.. numbers]);

    /// <summary>From the first to the last, both included.</summary>
    public static NumberPattern Between(long first, long last) => new NumberBetween(first, last);

    /// <summary>At least one of the bits is set.</summary>
    public static NumberPattern AnyBit(long mask) => new NumberAnyBit(mask);

    /// <summary>A number that does not match.</summary>
    public static NumberPattern Not(NumberPattern pattern) =>
        pattern is NumberNot not ? not.Pattern : new NumberNot(pattern);

    /// <summary>Either of the two.</summary>
    public static NumberPattern operator |(NumberPattern left, NumberPattern right) =>
        new NumberEither(left, right);

    /// <summary>Both.</summary>
    public static NumberPattern operator &(NumberPattern left, NumberPattern right) =>
        new NumberBoth(left, right);

    /// <summary>That number.</summary>
    public static implicit operator NumberPattern(int number) => EqualTo(number);

    /// <summary>That number.</summary>
    public static implicit operator NumberPattern(long number) => EqualTo(number);

    /// <summary>That truth value.</summary>
    public static implicit operator NumberPattern(bool value) => EqualTo(value ? 1 : 0);
}

sealed record NumberBetween(long First, long Last) : NumberPattern
{
    public override bool Matches(long number) => number >= First && number <= Last;

    public override string ToString() =>
        First == Last
            ? First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{First} to {Last}");
}

sealed record NumberOneOf(ImmutableArray<long> Numbers) : NumberPattern
{
    public override bool Matches(long number) => Numbers.Contains(number);

    public bool Equals(NumberOneOf? other) =>
        other is not null && Numbers.AsSpan().SequenceEqual(other.Numbers.AsSpan());

    public override int GetHashCode() => Numbers.Aggregate(17, HashCode.Combine);

    public override string ToString() =>
        $"one of {string.Join(", ", Numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))}";
}

sealed record NumberAnyBit(long Mask) : NumberPattern
{
    public override bool Matches(long number) => (number & Mask) != 0;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"any bit of 0x{Mask:x}");
}

sealed record NumberEither(NumberPattern Left, NumberPattern Right) : NumberPattern
{
    public override bool Matches(long number) => Left.Matches(number) || Right.Matches(number);

    public override string ToString() => $"({Left} or {Right})";
}

sealed record NumberBoth(NumberPattern Left, NumberPattern Right) : NumberPattern
{
    public override bool Matches(long number) => Left.Matches(number) && Right.Matches(number);

    public override string ToString() => $"({Left} and {Right})";
}

sealed record NumberNot(NumberPattern Pattern) : NumberPattern
{
    public override bool Matches(long number) => !Pattern.Matches(number);

    public override string ToString() => $"not {Pattern}";
}
