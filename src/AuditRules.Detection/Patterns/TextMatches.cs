using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace AuditRules.Detection.Patterns;

/// <summary>A text pattern with a literal, with or without case.</summary>
abstract record TextLiteral(bool AnyCase) : TextPattern
{
    protected StringComparison Comparison =>
        AnyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    internal sealed override TextPattern InAnyCase() => this with { AnyCase = true };

    protected ImmutableArray<string> Only(string beginning) =>
        AnyCase || beginning.Length == 0 ? [] : [beginning];

    protected string Print(string word, string literal) =>
        $"{word}{(word.Length == 0 ? "" : " ")}\"{literal}\"{(AnyCase ? " in any case" : "")}";
}

sealed record TextEquals(string Text, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) => string.Equals(text, Text, Comparison);

    internal override bool IsDecidedBy(string head) => !Text.StartsWith(head, Comparison);

    internal override ImmutableArray<string> Beginnings => Only(Text);

    public override string ToString() => Print("", Text);
}

sealed record TextStartsWith(string Prefix, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) => text.StartsWith(Prefix, Comparison);

    internal override bool IsDecidedBy(string head) =>
        head.Length >= Prefix.Length || !Prefix.StartsWith(head, Comparison);

    internal override ImmutableArray<string> Beginnings => Only(Prefix);

    public override string ToString() => Print("startsWith", Prefix);
}

sealed record TextEndsWith(string Suffix, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) => text.EndsWith(Suffix, Comparison);

    public override string ToString() => Print("endsWith", Suffix);
}

sealed record TextContains(string Part, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) => text.Contains(Part, Comparison);

    internal override bool IsDecidedBy(string head) => Matches(head);

    public override string ToString() => Print("contains", Part);
}

sealed record TextUnder(string Folder, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) =>
        text.StartsWith(Folder, Comparison) && (text.Length == Folder.Length || text[Folder.Length] == '/');

    internal override bool IsDecidedBy(string head) =>
        head.Length > Folder.Length || !Folder.StartsWith(head, Comparison);

    internal override ImmutableArray<string> Beginnings => Only(Folder);

    public override string ToString() => Print("under", Folder.Length == 0 ? "/" : Folder);
}

sealed record TextGlob(string Pattern, bool AnyCase = false) : TextLiteral(AnyCase)
{
    public override bool Matches(string text) =>
        AnyCase
            ? GlobMatcher.IsMatch(Pattern.ToUpperInvariant(), text.ToUpperInvariant())
            : GlobMatcher.IsMatch(Pattern, text);

    // With a star at its end it takes whatever follows; before the first wildcard it takes one text alone.
    internal override bool IsDecidedBy(string head)
    {
        if (Pattern.EndsWith('*') && Matches(head))
            return true;
        var common = Math.Min(Beginning.Length, head.Length);
        return !head.AsSpan(0, common).Equals(Beginning.AsSpan(0, common), Comparison);
    }

    internal override ImmutableArray<string> Beginnings => Only(Beginning);

    string Beginning => Pattern.AsSpan().IndexOfAny('*', '?') is >= 0 and var end ? Pattern[..end] : Pattern;

    public override string ToString() => Print("glob", Pattern);
}

sealed record TextRegex : TextLiteral
{
    const string Backslash = """A bracket that stands for itself needs a backslash: regex @"\(".""";

    // Backtracking is refused: it takes time beyond all bounds on texts that a program chose.
    const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    static readonly string[] _ends = ["$", @"\b", @"\B", @"\z", @"\Z"];

    readonly Lazy<Regex> _anyCase;
    readonly bool _asksForEnd;
    readonly Lazy<Regex> _regex;

    public TextRegex(string pattern)
        : base(false)
    {
        Pattern = pattern;
        _asksForEnd = _ends.Any(end => pattern.Contains(end, StringComparison.Ordinal));
        _regex = new(() => new(pattern, Linear));
        _anyCase = new(() => new(pattern, Linear | RegexOptions.IgnoreCase));
        if (!KnownPatterns.AreMade)
            Require();
    }

    public string Pattern { get; }

    public override bool Matches(string text) => (AnyCase ? _anyCase : _regex).Value.IsMatch(text);

    // A part that matches does so in a longer text too, unless it asks for what follows.
    internal override bool IsDecidedBy(string head) => !_asksForEnd && Matches(head);

    void Require()
    {
        try
        {
            _ = _regex.Value;
        }
        catch (RegexParseException wrong)
        {
            // .NET's sentence begins with the pattern and the offset.
            var reason = wrong.Message[
                (wrong.Message.LastIndexOf("at offset ", StringComparison.Ordinal) + 10)..
            ];
            reason = reason[(reason.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            throw new PatternException(
                Pattern,
                FormattableString.Invariant(
                    $"the regular expression {Pattern} is wrong at character {wrong.Offset}: {reason}"
                ),
                Backslash
            );
        }
        catch (NotSupportedException)
        {
            throw new PatternException(
                Pattern,
                $"the regular expression {Pattern} needs backtracking, which has no bound in time",
                """Write it without look-around, atomic groups and references back (\1), or use where."""
            );
        }
    }

    public bool Equals(TextRegex? other) =>
        other is not null && Pattern == other.Pattern && AnyCase == other.AnyCase;

    public override int GetHashCode() => HashCode.Combine(Pattern, AnyCase);

    public override string ToString() => Print("regex", Pattern);
}

sealed record TextNetwork(Network Network) : TextPattern
{
    public override bool Matches(string text) => Network.Contains(text);

    internal override TextPattern InAnyCase() => this;

    public override string ToString() => $"network \"{Network}\"";
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

    // One that surely holds is enough; else none may be open.
    internal override bool IsDecidedBy(string head) =>
        Patterns.Any(p => p.IsDecidedBy(head) && p.Matches(head)) || Patterns.All(p => p.IsDecidedBy(head));

    internal override ImmutableArray<string> Beginnings =>
        Patterns.Any(p => p.Beginnings.IsEmpty) ? [] : [.. Patterns.SelectMany(p => p.Beginnings)];

    internal override TextPattern InAnyCase() => new TextAny([.. Patterns.Select(p => p.InAnyCase())]);

    public bool Equals(TextAny? other) =>
        other is not null && Patterns.AsSpan().SequenceEqual(other.Patterns.AsSpan());

    public override int GetHashCode() => Patterns.Aggregate(17, HashCode.Combine);

    public override string ToString() => Patterns.IsEmpty ? "nothing" : $"({string.Join(" or ", Patterns)})";
}

sealed record TextBoth(TextPattern Left, TextPattern Right) : TextPattern
{
    public override bool Matches(string text) => Left.Matches(text) && Right.Matches(text);

    internal override bool IsDecidedBy(string head) =>
        IsSurelyNot(Left, head)
        || IsSurelyNot(Right, head)
        || (Left.IsDecidedBy(head) && Right.IsDecidedBy(head));

    internal override ImmutableArray<string> Beginnings =>
        Left.Beginnings.IsEmpty ? Right.Beginnings : Left.Beginnings;

    static bool IsSurelyNot(TextPattern pattern, string head) =>
        pattern.IsDecidedBy(head) && !pattern.Matches(head);

    internal override TextPattern InAnyCase() => new TextBoth(Left.InAnyCase(), Right.InAnyCase());

    public override string ToString() => $"({Left} and {Right})";
}

sealed record TextNot(TextPattern Pattern) : TextPattern
{
    public override bool Matches(string text) => !Pattern.Matches(text);

    internal override bool IsDecidedBy(string head) => Pattern.IsDecidedBy(head);

    internal override TextPattern InAnyCase() => new TextNot(Pattern.InAnyCase());

    public override string ToString() => $"not {Pattern}";
}
