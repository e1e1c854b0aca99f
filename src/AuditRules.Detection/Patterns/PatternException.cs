namespace AuditRules.Detection.Patterns;

/// <summary>A pattern that can be none: a wrong regular expression, network or range (docs/spec/rules.md, R73).</summary>
/// <param name="text">The text that was given, as it was given; empty when the pattern was not given as text.</param>
/// <param name="message">What is wrong with it, in one sentence that names it.</param>
/// <param name="hint">What to write instead; empty when the message says it.</param>
public sealed class PatternException(string text, string message, string hint) : ArgumentException(message)
{
    /// <summary>The text that was given; empty when the pattern was not given as text.</summary>
    public string Text { get; } = text;

    /// <summary>What to write instead; may be empty.</summary>
    public string Hint { get; } = hint;
}
