namespace AuditRules.Recording.Spawning;

/// <summary>Why a command did not start.</summary>
/// <param name="ExitCode">What a shell returns for it: 125 the recorder failed, 126 the command cannot be executed,
/// 127 it was not found.</param>
/// <param name="Message">One line for a person: what, where, what to do.</param>
public sealed record StartFailure(int ExitCode, string Message)
{
    internal const int RecorderFailed = 125;
    internal const int NotExecutable = 126;
    internal const int NotFound = 127;
}
