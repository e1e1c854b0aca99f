using System.Collections.Immutable;
using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>A condition on an integer of 64 bits; false and true count as 0 and 1 (docs/spec/rules.md, R72).</summary>
public abstract record NumberPattern : ValuePattern
{
    /// <inheritdoc/>
    public sealed override bool Matches(Value value) =>
        value.Kind is ValueKind.Int or ValueKind.True or ValueKind.False && Matches(value.AsInt64);

    /// <summary>True when the number matches.</summary>
    public abstract bool Matches(long number);

    // No text is a number.
    internal sealed override bool IsDecidedBy(string head) => true;

    /// <summary>That number.</summary>
    public static NumberPattern EqualTo(long number) => new NumberBetween(number, number);

    /// <summary>One of those numbers.</summary>
    public static NumberPattern OneOf(IEnumerable<long> numbers) =>
        new NumberOneOf([.. numbers.Distinct().Order()]);

    /// <summary>From the first to the last, both included.</summary>
    /// <exception cref="PatternException">The first is above the last.</exception>
    public static NumberPattern Between(long first, long last) =>
        first <= last
            ? new NumberBetween(first, last)
            : throw new PatternException(
                "",
                FormattableString.Invariant($"there is no number from {first} to {last}"),
                FormattableString.Invariant($"Write between ({last}, {first}).")
            );

    /// <summary>Above that number, which is not included.</summary>
    public static NumberPattern Above(long number) =>
        number == long.MaxValue ? new NumberOneOf([]) : new NumberBetween(number + 1, long.MaxValue);

    /// <summary>Below that number, which is not included.</summary>
    public static NumberPattern Below(long number) =>
        number == long.MinValue ? new NumberOneOf([]) : new NumberBetween(long.MinValue, number - 1);

    /// <summary>That number or a smaller one.</summary>
    public static NumberPattern AtMost(long number) => new NumberBetween(long.MinValue, number);

    /// <summary>At least one of the bits is set.</summary>
    /// <exception cref="PatternException">The mask has no bit.</exception>
    public static NumberPattern AnyBit(long mask) => new NumberAnyBit(Bits(mask, "anyBit"));

    /// <summary>All of the bits are set.</summary>
    /// <exception cref="PatternException">The mask has no bit.</exception>
    public static NumberPattern AllBits(long mask) => new NumberAllBits(Bits(mask, "allBits"));

    /// <summary>None of the bits is set.</summary>
    /// <exception cref="PatternException">The mask has no bit.</exception>
    public static NumberPattern NoBits(long mask) => Not(new NumberAnyBit(Bits(mask, "noBits")));

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

    static long Bits(long mask, string word) =>
        mask != 0
            ? mask
            : throw new PatternException("", $"{word} 0 names no bit", $"Write {word} 0x200 or the like.");
}

sealed record NumberBetween(long First, long Last) : NumberPattern
{
    public override bool Matches(long number) => number >= First && number <= Last;

    public override string ToString() =>
        (First, Last) switch
        {
            (long.MinValue, long.MaxValue) => "any number",
            (long.MinValue, _) => string.Create(CultureInfo.InvariantCulture, $"at most {Last}"),
            (_, long.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"at least {First}"),
            _ when First == Last => First.ToString(CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{First} to {Last}"),
        };
}

sealed record NumberOneOf(ImmutableArray<long> Numbers) : NumberPattern
{
    public override bool Matches(long number) => Numbers.Contains(number);

    public bool Equals(NumberOneOf? other) =>
        other is not null && Numbers.AsSpan().SequenceEqual(other.Numbers.AsSpan());

    public override int GetHashCode() => Numbers.Aggregate(17, HashCode.Combine);

    public override string ToString() =>
        Numbers.IsEmpty
            ? "nothing"
            : $"one of {string.Join(", ", Numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))}";
}

sealed record NumberAnyBit(long Mask) : NumberPattern
{
    public override bool Matches(long number) => (number & Mask) != 0;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"any bit of 0x{Mask:x}");
}

sealed record NumberAllBits(long Mask) : NumberPattern
{
    public override bool Matches(long number) => (number & Mask) == Mask;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"all bits of 0x{Mask:x}");
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
