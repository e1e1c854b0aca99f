using System.Collections.Immutable;
using System.Text.RegularExpressions;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>A condition on text (or bytes, decoded as UTF-8). Comparison is by code unit, case matters.</summary>
public abstract record TextPattern : ValuePattern
{
    /// <inheritdoc/>
    public sealed override bool Matches(Value value) => value.AsText is { } text && Matches(text);

    /// <summary>True when the text matches.</summary>
    public abstract bool Matches(string text);

    /// <summary>The whole text.</summary>
    public static TextPattern EqualTo(string text) => new TextEquals(text);

    /// <summary>One of those texts.</summary>
    public static TextPattern OneOf(IEnumerable<string> texts) => Any([.. texts.Select(EqualTo)]);

    /// <summary>Text that begins so.</summary>
    public static TextPattern StartsWith(string prefix) => new TextStartsWith(prefix);

    /// <summary>Text that ends so.</summary>
    public static TextPattern EndsWith(string suffix) => new TextEndsWith(suffix);

    /// <summary>Text with that part.</summary>
    public static TextPattern Contains(string part) => new TextContains(part);

    /// <summary>The whole text by a shell glob: <c>*</c> any characters, slashes too; <c>?</c> one character.</summary>
    public static TextPattern Glob(string pattern) => new TextGlob(pattern);

    /// <summary>That folder, or anything below it. The path is taken as it is written: nothing is resolved.</summary>
    public static TextPattern Under(string folder) => new TextUnder(folder.TrimEnd('/'));

    /// <summary>A part of the text by a regular expression, in time linear in the text.</summary>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    /// <exception cref="NotSupportedException">The expression needs backtracking.</exception>
    public static TextPattern Regex(string pattern) => new TextRegex(pattern);

    /// <summary>Text that matches one of those; with none, nothing matches.</summary>
    public static TextPattern Any(ImmutableArray<TextPattern> patterns) =>
        patterns.Length == 1 ? patterns[0] : new TextAny(patterns);

    /// <summary>Text that does not match.</summary>
    public static TextPattern Not(TextPattern pattern) =>
        pattern is TextNot not ? not.Pattern : new TextNot(pattern);

    /// <summary>Either of the two.</summary>
    public static TextPattern operator |(TextPattern left, TextPattern right) =>
        Any([.. AlternativesOf(left), .. AlternativesOf(right)]);

    /// <summary>Both.</summary>
    public static TextPattern operator &(TextPattern left, TextPattern right) => new TextBoth(left, right);

    /// <summary>The whole text.</summary>
    public static implicit operator TextPattern(string text) => EqualTo(text);

    static ImmutableArray<TextPattern> AlternativesOf(TextPattern pattern) =>
        pattern is TextAny any ? any.Patterns : [pattern];
}

sealed record TextEquals(string Text) : TextPattern
{
    public override bool Matches(string text) => text == Text;

    public override string ToString() => Quote(Text);

    internal static string Quote(string text) => $"\"{text}\"";
}

sealed record TextStartsWith(string Prefix) : TextPattern
{
    public override bool Matches(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    public override string ToString() => $"startsWith {TextEquals.Quote(Prefix)}";
}

sealed record TextEndsWith(string Suffix) : TextPattern
{
    public override bool Matches(string text) => text.EndsWith(Suffix, StringComparison.Ordinal);

    public override string ToString() => $"endsWith {TextEquals.Quote(Suffix)}";
}

sealed record TextContains(string Part) : TextPattern
{
    public override bool Matches(string text) => text.Contains(Part, StringComparison.Ordinal);

    public override string ToString() => $"contains {TextEquals.Quote(Part)}";
}

sealed record TextUnder(string Folder) : TextPattern
{
    public override bool Matches(string text) =>
        text.StartsWith(Folder, StringComparison.Ordinal)
        && (text.Length == Folder.Length || text[Folder.Length] == '/');

    public override string ToString() => $"under {TextEquals.Quote(Folder.Length == 0 ? "/" : Folder)}";
}

sealed record TextGlob(string Pattern) : TextPattern
{
    public override bool Matches(string text) => GlobMatcher.IsMatch(Pattern, text);

    public override string ToString() => $"glob {TextEquals.Quote(Pattern)}";
}

sealed record TextRegex(string Pattern) : TextPattern
{
    readonly Regex _regex = new(Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public override bool Matches(string text) => _regex.IsMatch(text);

    public bool Equals(TextRegex? other) => other is not null && Pattern == other.Pattern;

    public override int GetHashCode() => Pattern.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"regex {TextEquals.Quote(Pattern)}";
}

sealed record TextAny(ImmutableArray<TextPattern> Patterns) : TextPattern
{
    public override bool Matches(string text)
    {
        foreach (var pattern in Patterns)
        {
            if (pattern.Matches(text))
                return true;
        }

        return false;
    }

    public bool Equals(TextAny? other) =>
        other is not null && Patterns.AsSpan().SequenceEqual(other.Patterns.AsSpan());

    public override int GetHashCode() => Patterns.Aggregate(17, HashCode.Combine);

    public override string ToString() => Patterns.IsEmpty ? "nothing" : $"({string.Join(" or ", Patterns)})";
}

sealed record TextBoth(TextPattern Left, TextPattern Right) : TextPattern
{
    public override bool Matches(string text) => Left.Matches(text) && Right.Matches(text);

    public override string ToString() => $"({Left} and {Right})";
}

sealed record TextNot(TextPattern Pattern) : TextPattern
{
    public override bool Matches(string text) => !Pattern.Matches(text);

    public override string ToString() => $"not {Pattern}";
}
