using System.Collections.Immutable;
using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>META of a packed trace (T60): what all say alike, and of filters what holds for all.</summary>
static class PackedMeta
{
    const string OwnHooks = "auditrules-";

    public static TraceMeta Of(IReadOnlyList<PackSource> sources)
    {
        var metas = sources.Select(s => s.Meta).ToArray();
        var first = metas[0];
        var series = PackSeries.Of(sources);
        var late = series.Select(traces => traces[0].Meta).MaxBy(meta => meta.Part)!;
        var isWhole =
            late.Part <= 1
            && !series.Exists(traces =>
                traces[^1].Continues || traces.Where((_, i) => PackSeries.IsGap(traces, i)).Any()
            );
        return first with
        {
            Recorder = Join(metas, m => m.Recorder),
            RecorderVersion = Join(metas, m => m.RecorderVersion),
            Runtime = metas.Any(IsBlind) ? "" : Join(metas, m => m.Runtime),
            RuntimeVersion = Join(metas, m => m.RuntimeVersion),
            Platform = Join(metas, m => m.Platform),
            Command = metas.All(m => m.Command.SequenceEqual(first.Command)) ? first.Command : [],
            Pid = metas.All(m => m.Pid == first.Pid) ? first.Pid : 0,
            ParentPid = metas.All(m => m.ParentPid == first.ParentPid) ? first.ParentPid : 0,
            Profile = Join(metas, m => m.Profile),
            Include = [.. All(metas, m => m.Include).Where(glob => metas.All(m => IsIncluded(m, glob)))],
            Exclude = All(metas, m => m.Exclude),
            Drop = All(metas, m => m.Drop),
            Blind = All(metas, m => m.Blind),
            Environment = Join(metas, m => m.Environment),
            Redacted = metas.All(m => m.Redacted),
            Callers = metas.All(m => m.Callers),
            RunId = metas.All(m => m.RunId == first.RunId) ? first.RunId : "",
            Commit = metas.All(m => m.Commit == first.Commit) ? first.Commit : "",
            Host = Join(metas, m => m.Host),
            User = Join(metas, m => m.User),
            Directory = Join(metas, m => m.Directory),
            Part = isWhole ? 0 : late.Part,
            LastPart =
                !isWhole
                && series.Count == 1
                && PackSeries.LastPart(series[0][^1]) is var last
                && last > late.Part
                    ? last
                    : 0,
            Previous = !isWhole && series.Count == 1 ? late.Previous : "",
            Derived = "pack",
            Sources = [.. sources.Select(s => s.TraceId)],
        };
    }

    // One of our hooks was to record and no runtime loaded it: nothing can be said of that part.
    static bool IsBlind(TraceMeta meta) =>
        meta.Runtime.Length == 0 && meta.Recorder.StartsWith(OwnHooks, StringComparison.Ordinal);

    // What one trace included over its profile counts only where no other's profile dropped it.
    static bool IsIncluded(TraceMeta meta, string glob) =>
        meta.Drop.IsEmpty || meta.Include.Contains(glob, StringComparer.Ordinal);

    static ImmutableArray<string> All(TraceMeta[] metas, Func<TraceMeta, ImmutableArray<string>> field) =>
        [.. metas.SelectMany(m => field(m)).Distinct(StringComparer.Ordinal)];

    static string Join(TraceMeta[] metas, Func<TraceMeta, string> field) =>
        string.Join(
            ", ",
            metas
                .Select(field)
                .Where(text => text.Length > 0)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );
}
