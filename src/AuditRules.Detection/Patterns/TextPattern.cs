using System.Collections.Immutable;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>
/// A condition on text (or bytes, as Python's text). Comparison is by code unit; case matters unless
/// <see cref="IgnoringCase"/> says otherwise (docs/spec/rules.md, R70).
/// </summary>
public abstract record TextPattern : ValuePattern
{
    /// <inheritdoc/>
    public sealed override bool Matches(Value value) => value.AsText is { } text && Matches(text);

    /// <summary>True when the text matches.</summary>
    public abstract bool Matches(string text);

    /// <summary>The same pattern with every part of it in any case.</summary>
    internal abstract TextPattern InAnyCase();

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
    /// <exception cref="PatternException">The expression is not valid, or needs backtracking.</exception>
    public static TextPattern Regex(string pattern) => new TextRegex(pattern);

    /// <summary>
    /// An address of that network, as <c>10.0.0.0/8</c>, <c>fd00::/8</c> or a single address. A name is no address.
    /// </summary>
    /// <exception cref="PatternException">The text is no network.</exception>
    public static TextPattern InNetwork(string network) => new TextNetwork(Network.Parse(network));

    /// <summary>The same pattern, but A and a are the same: by Unicode's simple upper case, in no language's way; of a
    /// regular expression by its engine's own table.</summary>
    public static TextPattern IgnoringCase(TextPattern pattern) => pattern.InAnyCase();

    /// <summary>Text that matches one of those; with none, nothing matches.</summary>
    public static TextPattern Any(ImmutableArray<TextPattern> patterns) =>
        patterns.Length == 1 ? patterns[0] : new TextAny([.. patterns.SelectMany(p => AlternativesOf(p))]);

    /// <summary>Text that does not match.</summary>
    public static TextPattern Not(TextPattern pattern) =>
        pattern is TextNot not ? not.Pattern : new TextNot(pattern);

    /// <summary>Either of the two.</summary>
    public static TextPattern operator |(TextPattern left, TextPattern right) => Any([left, right]);

    /// <summary>Both.</summary>
    public static TextPattern operator &(TextPattern left, TextPattern right) => new TextBoth(left, right);

    /// <summary>The whole text.</summary>
    public static implicit operator TextPattern(string text) => EqualTo(text);

    static ImmutableArray<TextPattern> AlternativesOf(TextPattern pattern) =>
        pattern is TextAny any ? any.Patterns : [pattern];
}
