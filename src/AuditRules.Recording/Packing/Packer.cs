using System.Collections.Immutable;
using AuditRules.Events;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>
/// Makes one trace of the segments of all processes of a recording. Nothing in a segment is trusted: what breaks the
/// format becomes a loss of reason <c>damaged</c>, and no content of a segment makes the packer throw.
/// </summary>
public static class Packer
{
    /// <summary>
    /// Packs segments into a stream, ordered by time, then process, then the order within the process. Memory is
    /// bounded by two segments of each image that runs at one time.
    /// </summary>
    /// <exception cref="IOException">The trace cannot be written.</exception>
    public static PackResult Pack(IEnumerable<SegmentFile> segments, Stream trace, PackOptions options)
    {
        var files = segments.ToList();
        var found = FoundImages.Read(files);
        var meta = options.Describe(MetaOf(found, options.Root));
        var clock = new TraceClock(meta.WallClock, meta.MonotonicClock);
        found.AddMarks(files, clock, (options.Root?.BeganMono ?? found.First?.Header.BeganMono ?? -1) + 1);
        var table = ImageTable.Of(found, options.Root);
        var writer = new TraceWriter(trace, meta, options.Writing);
        var merge = new Merge(table, writer, clock, options);
        merge.Run();
        return merge.Complete();
    }

    static TraceMeta MetaOf(FoundImages found, RootCommand? root)
    {
        var meta = new TraceMeta();
        if (found.First is var (header, map))
        {
            meta = meta with
            {
                Recorder = map.Recorder,
                RecorderVersion = map.RecorderVersion,
                Runtime = map.Runtime,
                RuntimeVersion = map.RuntimeVersion,
                Platform = map.Platform,
                Command = map.Command,
                Pid = header.Pid,
                ParentPid = header.ParentPid,
                WallClock = header.MadeWall,
                MonotonicClock = header.MadeMono,
                Profile = map.Profile,
                Include = map.Include,
                Exclude = map.Exclude,
                Drop = map.Drop,
                Environment = header.EnvironmentMode,
                Redacted = header.Redacted,
                Callers = header.Callers,
            };
        }

        return root is null ? meta : meta with { Command = [.. root.Command], Pid = root.Pid };
    }
}
