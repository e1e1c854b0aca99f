namespace AuditRules.Detection.Patterns;

/// <summary>Tells patterns that nothing can match (docs/spec/rules.md, R85). It finds what is plain, not all.</summary>
public static class PatternCheck
{
    /// <summary>False when no value can match; true when one can, or when it is not known.</summary>
    public static bool CanMatch(ValuePattern pattern) =>
        pattern switch
        {
            TextAny any => any.Patterns.Any(CanMatch),
            TextBoth both => CanAll([.. Parts(both)]),
            NumberOneOf none => !none.Numbers.IsEmpty,
            NumberEither either => CanMatch(either.Left) || CanMatch(either.Right),
            NumberBoth both => CanAll([.. Parts(both)]),
            _ => true,
        };

    static bool CanAll(TextPattern[] parts) =>
        parts.All(CanMatch)
        && parts.All(part =>
            Texts(part) is not { } texts || texts.Any(text => parts.All(p => p.Matches(text)))
        )
        && Agree(parts.OfType<TextStartsWith>().Where(p => !p.AnyCase).Select(p => p.Prefix))
        && Agree(parts.OfType<TextEndsWith>().Where(p => !p.AnyCase).Select(p => Reversed(p.Suffix)));

    static bool CanAll(NumberPattern[] parts) =>
        parts.All(CanMatch)
        && parts.All(part =>
            part is not NumberOneOf some || some.Numbers.Any(n => parts.All(p => p.Matches(n)))
        )
        && Overlap([.. parts.OfType<NumberBetween>()]);

    // The one that begins last, where all of them must go on.
    static bool Overlap(NumberBetween[] ranges) =>
        ranges.Length == 0 || ranges.Max(r => r.First) <= ranges.Min(r => r.Last);

    // Of several beginnings each must begin the longest.
    static bool Agree(IEnumerable<string> beginnings)
    {
        var all = beginnings.ToArray();
        var longest = all.MaxBy(b => b.Length) ?? "";
        return all.All(b => longest.StartsWith(b, StringComparison.Ordinal));
    }

    // All texts that can match, where they can be counted.
    static IEnumerable<string>? Texts(TextPattern pattern) =>
        pattern switch
        {
            TextEquals { AnyCase: false } one => [one.Text],
            TextAny any when any.Patterns.All(p => p is TextEquals { AnyCase: false }) => any
                .Patterns.OfType<TextEquals>()
                .Select(p => p.Text),
            _ => null,
        };

    static IEnumerable<TextPattern> Parts(TextPattern pattern) =>
        pattern is TextBoth both ? Parts(both.Left).Concat(Parts(both.Right)) : [pattern];

    static IEnumerable<NumberPattern> Parts(NumberPattern pattern) =>
        pattern is NumberBoth both ? Parts(both.Left).Concat(Parts(both.Right)) : [pattern];

    static string Reversed(string text)
    {
        var letters = text.ToCharArray();
        Array.Reverse(letters);
        return new(letters);
    }
}
