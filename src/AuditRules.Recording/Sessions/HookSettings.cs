using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>What a hook is told, by environment variables (docs/spec/segment.md, rule S1).</summary>
internal static class HookSettings
{
    internal static void Set(ChildEnvironment environment, RecordingOptions options, string folder)
    {
        environment.Set("AUDITRULES_DIR", folder);
        environment.Set("AUDITRULES_PROFILE", NameOf(options.Profile));
        environment.Set("AUDITRULES_INCLUDE", Globs(options.Include));
        environment.Set("AUDITRULES_EXCLUDE", Globs(options.Exclude));
        environment.Set("AUDITRULES_FRAMES", options.Callers ? "1" : "0");
        environment.Set("AUDITRULES_REDACT", options.Redact ? "1" : "0");
        environment.Set("AUDITRULES_ENV", NameOf(options.EnvironmentValues));
    }

    internal static string NameOf(RecordingProfile profile) =>
        profile == RecordingProfile.All ? "all" : "security";

    internal static string NameOf(EnvironmentValues values) =>
        values switch
        {
            EnvironmentValues.None => "none",
            EnvironmentValues.All => "all",
            _ => "keys",
        };

    static string? Globs(IReadOnlyList<string> globs) => globs.Count == 0 ? null : string.Join(',', globs);
}
