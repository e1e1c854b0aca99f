using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Replay;

/// <summary>What a recording could contain, by the filters that were in force.</summary>
public static class RecordingCoverage
{
    /// <summary>
    /// False when the filters of the recording kept events of that name out: exclude wins over include, include wins
    /// over what the profile drops (docs/spec/segment.md, S3). False too when one of our hooks was to record and no
    /// runtime ever loaded it: such a trace is empty whatever the program did. True when the trace does not say.
    /// </summary>
    public static bool CouldContain(TraceMeta? meta, string eventName)
    {
        if (meta is null)
            return true;
        if (meta.Runtime.Length == 0 && meta.Recorder.StartsWith("auditrules-", StringComparison.Ordinal))
            return false;
        if (Matches(meta.Exclude, eventName))
            return false;
        return Matches(meta.Include, eventName) || !Matches(meta.Drop, eventName);
    }

    static bool Matches(IEnumerable<string> globs, string eventName) =>
        globs.Any(glob => GlobMatcher.IsMatch(glob, eventName));
}
