using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Replay;

/// <summary>What a recording could contain, by what its META says (docs/spec/rules.md, R76).</summary>
public static class RecordingCoverage
{
    // What the Python hook never sees, wherever it is loaded (docs/blind-spots.md).
    static readonly HashSet<string> _missedByPythonHook =
    [
        "cpython.PyInterpreterState_Clear",
        "cpython._PySys_ClearAuditHooks",
    ];

    /// <summary>
    /// Why the recording could not contain an event that the pattern takes, as part of a sentence; null where it could, or
    /// where the trace does not say. The pattern's alternatives are not asked.
    /// </summary>
    /// <param name="meta">What the trace says of its recording; null where that is lost.</param>
    /// <param name="pattern">A name and conditions on fields.</param>
    public static string? WhyBlind(TraceMeta? meta, EventPattern pattern)
    {
        if (meta is null)
            return null;
        var name = pattern.EventName;
        // One of our hooks was to record and no runtime ever loaded it: such a trace is empty whatever the program did.
        if (meta.Runtime.Length == 0 && meta.Recorder.StartsWith("auditrules-", StringComparison.Ordinal))
            return "no Python ran under the hook";
        return ByFilters(meta, name)
            ?? ByRuntime(meta, name)
            ?? ByRecorder(meta, name)
            ?? ByPython(meta, name)
            ?? ByValues(meta, pattern)
            ?? ByCallers(meta, pattern);
    }

    // Exclude wins over include, include over what the profile drops (docs/spec/segment.md, S3).
    static string? ByFilters(TraceMeta meta, string name)
    {
        if (Matches(meta.Exclude, name))
            return "it was excluded (--exclude)";
        if (Matches(meta.Include, name) || !Matches(meta.Drop, name))
            return null;
        var profile = meta.Profile.Length > 0 ? $"the profile {meta.Profile}" : "the profile";
        return $"{profile} leaves it out (--include {name} brings it in)";
    }

    static string? ByRuntime(TraceMeta meta, string name) =>
        meta.Runtime == ".NET" && Catalogue.Find(name) is not null
            ? "Python raises it, and the recorded program is one of .NET (Custom names the events of such a program)"
            : null;

    static string? ByRecorder(TraceMeta meta, string name) =>
        !meta.Blind.IsEmpty && _missedByPythonHook.Contains(name)
            ? "the Python hook does not see it (--hook native does)"
            : null;

    // A trace that was packed of several recordings has the versions and platforms of all: one that raises it is enough.
    static string? ByPython(TraceMeta meta, string name)
    {
        if (meta.Runtime != "CPython" || Catalogue.Find(name) is not { } entry)
            return null;
        string? why = null;
        foreach (var version in meta.RuntimeVersion.Split(", "))
        {
            foreach (var platform in meta.Platform.Split(", "))
            {
                why = entry.WhyNotRaised(version, platform);
                if (why is null)
                    return null;
            }
        }

        return why;
    }

    // Of a variable of the environment (docs/spec/segment.md, S34): with keys the value is redacted, with none both are nil.
    static string? ByValues(TraceMeta meta, EventPattern pattern)
    {
        if (pattern.EventName != "os.putenv")
            return null;
        var read = pattern.Asked.Where(r => r.Kind != ReadKind.Caller).ToArray();
        var asked = pattern
            .Conditions.Select(c => c.Path.Argument)
            .Concat(read.Where(r => r.IsCertain).Select(r => r.Argument))
            .ToHashSet();
        return meta.Environment switch
        {
            "none" when asked.Count > 0 || read.Length > 0 =>
                "variables of the environment were left out (--env none)",
            "keys" when asked.Contains(1) => "values of the environment were redacted (--env keys)",
            _ => null,
        };
    }

    // Of a recorder that is not ours a META without the key says nothing.
    static string? ByCallers(TraceMeta meta, EventPattern pattern)
    {
        if (meta.Callers || !meta.Recorder.StartsWith("auditrules-", StringComparison.Ordinal))
            return null;
        const string Why = "callers were not recorded (--no-frames)";
        return pattern.Asked.Any(r => r.Kind == ReadKind.Caller) ? $"the rule reads its caller, and {Why}"
            : pattern.Asked.Any(r => r.Kind == ReadKind.Event) ? Why
            : null;
    }

    static bool Matches(IEnumerable<string> globs, string eventName) =>
        globs.Any(glob => GlobMatcher.IsMatch(glob, eventName));
}
