using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Replay;

/// <summary>What a recording could contain, by the filters that were in force.</summary>
public static class RecordingCoverage
{
    /// <summary>
    /// False when the filters of the recording kept events of that name out. Exclude wins over include, include wins
    /// over what the profile drops (docs/spec/segment.md, S3). True when the trace says nothing of filters.
    /// </summary>
    public static bool CouldContain(TraceMeta? meta, string eventName)
    {
        if (meta is null)
            return true;
        if (Matches(meta.Exclude, eventName))
            return false;
        return Matches(meta.Include, eventName) || !Matches(meta.Drop, eventName);
    }

    static bool Matches(IEnumerable<string> globs, string eventName) =>
        globs.Any(glob => GlobMatcher.IsMatch(glob, eventName));
}
