namespace AuditRules.Reporting.Terminal;

/// <summary>What is known of the place where text is shown.</summary>
/// <param name="Width">Columns; 0 for no limit, so that no line is broken.</param>
/// <param name="Colors">Whether colours may be written.</param>
public sealed record TerminalOptions(int Width, bool Colors)
{
    /// <summary>A file or a pipe: whole lines, no colours.</summary>
    public static TerminalOptions Plain { get; } = new(0, Colors: false);
}
