namespace AuditRules.Events;

/// <summary>The code that caused an event: the innermost frame of the recorded program.</summary>
/// <param name="File">The file as the program names it; may be relative.</param>
/// <param name="Line">The line, from 1; 0 when it is not known.</param>
/// <param name="Function">The function's name, as <c>&lt;module&gt;</c> or <c>Class.method</c>.</param>
public sealed record Caller(string File, int Line, string Function)
{
    /// <summary>Stands for a caller that was not recorded: no file, line 0, no function.</summary>
    public static Caller Unknown { get; } = new("", 0, "");
}
