using AuditRules.Events;
using AuditRules.Recording.Attempts;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Recording.Packing;

/// <summary>
/// From segments to a trace, in any number of rounds while their processes live and a last one. What comes of it is the
/// same as of the last one alone, but that images which are found in later rounds have higher ordinals, and that what
/// is known at the end alone stands there.
/// </summary>
internal sealed class PackRun(Stream trace, PackOptions options) : IDisposable
{
    readonly FoundImages _found = new();
    readonly ImageTable _table = new();
    Stream _trace = trace;
    TraceMeta _meta = new();
    bool _isLast;
    TraceClock _clock;
    TraceWriter? _writer;
    Merge? _merge;
    AttemptTable? _attempts;
    long _before;

    // In nanoseconds: often enough that what is packed is committed and removed while more comes.
    const long LongestRound = 500_000_000;

    /// <summary>Something is written.</summary>
    internal bool HasBegun => _merge is not null;

    /// <summary>The last round ended with more to be read: another is worth while at once.</summary>
    internal bool HasMore { get; private set; }

    /// <summary>The part that is written ends here: it is to be closed, and another begun.</summary>
    internal bool IsPartFull => _merge is { IsPartFull: true };

    /// <summary>When the part ends by its time, by the monotonic clock; the largest number where it does not.</summary>
    internal long PartEnds => _merge?.PartEnds ?? long.MaxValue;

    /// <summary>Says the totals of the part that is written.</summary>
    internal PartState Describe(PartState part) => _merge?.Describe(part) ?? part;

    /// <summary>The states of all images.</summary>
    internal IEnumerable<ImageState> All() => _merge?.All() ?? [];

    /// <summary>Closes a part that another follows.</summary>
    internal PackResult ClosePart() => _merge!.ClosePart();

    /// <summary>Begins the part behind the one that was closed.</summary>
    internal void BeginPart(Stream trace)
    {
        _meta = _meta with { Part = _meta.Part + 1, Previous = _writer!.Head?.ToString() ?? "" };
        _writer.Dispose();
        var length = _trace.Length;
        _trace = trace;
        _writer = new TraceWriter(trace, _meta, options.Writing);
        _merge!.BeginPart(_writer, length);
        _writer.Flush();
    }

    /// <summary>
    /// Writes what can be written, for half a second at most. Gives the segments of which every event is in the trace: they can be removed.
    /// </summary>
    /// <param name="mono">Reads the monotonic clock.</param>
    /// <param name="list">Lists the segments.</param>
    internal IReadOnlyList<SegmentFile> Round(Func<long> mono, Func<IReadOnlyList<SegmentFile>> list)
    {
        long? began = null;
        long now;
        do
        {
            // First the clock, then the folder, then the segments (rule S51).
            now = mono();
            began ??= now;
            _found.Add(list(), _before, isLive: true);
            _before = now;
            if (_found.First is null)
                return [];
            Begin();
            _merge!.Add(_table.Add(_found.TakeNew(), options.Root));
            HasMore = _merge.Run(new SegmentRound(true, now));
        } while (HasMore && !IsPartFull && now - began < LongestRound);

        _writer!.Flush();
        return _merge.TakeDrained();
    }

    /// <summary>What is to be known of images, to go on behind what is written, that was not told before.</summary>
    internal IReadOnlyList<ImageState> TakeChanges() => _merge?.TakeChanges() ?? [];

    /// <summary>Begins with what another packer has written before it was stopped.</summary>
    /// <param name="part">What it has written.</param>
    /// <param name="files">What it has left.</param>
    internal void Resume(PackedPart part, IReadOnlyList<SegmentFile> files)
    {
        var images = part.Images.Select(state => (Image: state.ToImage(), State: state)).ToList();
        foreach (var (image, state) in images)
        {
            _table.Restore(image, state.Parent);
            _found.Restore(image, state.Stream);
        }

        _found.Add(files, 0, isLive: false);
        if (part.Meta is { } meta)
            Begin(meta);
        else
            Begin();
        part.CopyTo(_writer!, _attempts!);
        foreach (var (image, state) in images)
        {
            if (state.HasEnded)
                _merge!.RestoreOver(image, state, part);
            else
                _merge!.Restore(image, state, part);
        }

        if (part.State is { } written)
            _merge!.Restore(written);
        _writer!.Flush();
    }

    /// <summary>Takes all that is left, and closes the trace; null when the part is full before.</summary>
    internal PackResult? CompletePart(IReadOnlyList<SegmentFile> files)
    {
        if (!_isLast)
        {
            _found.Add(files, 0, isLive: false);
            Begin();
            _found.AddMarks(
                files,
                _clock,
                (options.Root?.BeganMono ?? _found.First?.Header.BeganMono ?? -1) + 1
            );
            _merge!.Add(_table.Add(_found.TakeNew(), options.Root));
            _isLast = true;
        }

        _merge!.Run(SegmentRound.Last);
        return _merge.IsPartFull ? null : _merge.Complete(_found.Refused);
    }

    /// <summary>Takes all that is left, and closes the trace, which has no parts.</summary>
    internal PackResult Complete(IReadOnlyList<SegmentFile> files) => CompletePart(files)!;

    public void Dispose() => _writer?.Dispose();

    void Begin()
    {
        if (_merge is null)
            Begin(options.Describe(MetaOf(_found, options.Root)));
    }

    void Begin(TraceMeta meta)
    {
        _meta = meta;
        _clock = new TraceClock(meta.WallClock, meta.MonotonicClock);
        _writer = new TraceWriter(_trace, meta, options.Writing);
        _attempts = new AttemptTable(meta);
        _merge = new Merge(_table, _writer, _clock, options, _attempts);
        _merge.BeginParts();
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
                Blind = map.Blind,
                Environment = header.EnvironmentMode,
                Redacted = header.Redacted,
                Callers = header.Callers,
            };
        }

        return root is null ? meta : meta with { Command = [.. root.Command], Pid = root.Pid };
    }
}
