namespace AuditRules.Cli.Exit;

/// <summary>Ends a command with a message for its user: what is wrong, where, and what to do (docs/cli.md, C2).</summary>
#pragma warning disable RCS1194 // It is never made without a code.
sealed class CommandFailure : Exception
#pragma warning restore RCS1194
{
    /// <summary>A failure with its message: one line, and one that says what to do.</summary>
    public CommandFailure(ExitCode code, string what, string advice = "")
        : base(what)
    {
        Code = code;
        Advice = advice;
    }

    /// <summary>How the command ends.</summary>
    public ExitCode Code { get; }

    /// <summary>What to do; empty when the message says all.</summary>
    public string Advice { get; }

    /// <summary>True when everything was said before, as diagnostics are.</summary>
    public bool Silent { get; private init; }

    /// <summary>A failure of which everything was said before.</summary>
    public static CommandFailure Said(ExitCode code) => new(code, "") { Silent = true };
}
