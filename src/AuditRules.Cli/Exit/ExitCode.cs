namespace AuditRules.Cli.Exit;

/// <summary>How a command ended (docs/cli.md, C20).</summary>
public enum ExitCode
{
    /// <summary>Nothing found, nothing wrong.</summary>
    Clean = 0,

    /// <summary>Findings at or above the limit; for <c>test</c>, a test failed.</summary>
    Findings = 1,

    /// <summary>The command line cannot be understood.</summary>
    Usage = 2,

    /// <summary>Damage or loss in what was read.</summary>
    Damage = 3,

    /// <summary>A rule failed or was stopped.</summary>
    RuleFailed = 4,

    /// <summary>Under <c>--strict</c>: a verdict is unknown, or a trace was not closed.</summary>
    Unknown = 5,

    /// <summary>Tampered with, or the expected seal is missing.</summary>
    Tampered = 6,

    /// <summary>Not a trace, or not in the format that was named.</summary>
    NotATrace = 65,

    /// <summary>An input is missing or cannot be read.</summary>
    NoInput = 66,

    /// <summary>A fault of AuditRules itself.</summary>
    Fault = 70,

    /// <summary>An output cannot be written.</summary>
    NoOutput = 73,

    /// <summary>A rule or a configuration does not compile.</summary>
    BadRules = 78,
}
