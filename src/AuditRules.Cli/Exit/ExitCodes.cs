using System.Collections.Immutable;

namespace AuditRules.Cli.Exit;

/// <summary>The one table of exit codes: which counts where several hold, and what <c>record</c> returns of its own.</summary>
public static class ExitCodes
{
    /// <summary>What <c>record</c> returns when AuditRules could not begin (C21).</summary>
    public const int RecorderFailed = 125;

    /// <summary>All codes but clean, the weightiest first (C20).</summary>
    public static ImmutableArray<ExitCode> ByWeight { get; } =
    [
        ExitCode.Fault,
        ExitCode.Usage,
        ExitCode.NoInput,
        ExitCode.NotATrace,
        ExitCode.BadRules,
        ExitCode.NoOutput,
        ExitCode.Tampered,
        ExitCode.RuleFailed,
        ExitCode.Unknown,
        ExitCode.Findings,
        ExitCode.Damage,
    ];

    /// <summary>The code that counts where all these hold; clean for none.</summary>
    public static ExitCode Of(params IEnumerable<ExitCode> codes)
    {
        var held = codes.ToHashSet();
        foreach (var code in ByWeight)
        {
            if (held.Contains(code))
                return code;
        }

        return ExitCode.Clean;
    }
}
