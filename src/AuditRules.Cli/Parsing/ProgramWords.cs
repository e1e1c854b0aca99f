namespace AuditRules.Cli.Parsing;

/// <summary>The words of a command line that belong to a recorded program: all behind <c>--</c> (docs/cli.md, C45).</summary>
/// <param name="Own">The words for AuditRules.</param>
/// <param name="Program">The program's words; null without <c>--</c>.</param>
sealed record ProgramWords(IReadOnlyList<string> Own, IReadOnlyList<string>? Program)
{
    // Taken out before parsing: no option of ours may be found among them.
    public static ProgramWords Split(IReadOnlyList<string> arguments)
    {
        var words = arguments.ToList();
        var dashes = words.IndexOf("--");
        return dashes >= 0 && words.Find(w => !w.StartsWith('-')) == "record"
            ? new(words[..dashes], words[(dashes + 1)..])
            : new(words, null);
    }
}
