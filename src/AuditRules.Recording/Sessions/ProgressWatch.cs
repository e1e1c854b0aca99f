using System.Diagnostics;
using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;

namespace AuditRules.Recording;

/// <summary>Counts what the segments of a recording hold while they are written, to tell how it goes.</summary>
internal sealed class ProgressWatch : IDisposable
{
    const int PageLength = 4096;
    const int ChunkLength = 256 * 1024;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    readonly string _folder;
    readonly Action<RecordingProgress> _tell;
    readonly byte[] _chunk = new byte[ChunkLength];
    readonly ManualResetEventSlim _stop = new();
    readonly Thread _thread;

    // Also of segments that are gone.
    readonly Dictionary<string, Counted> _counted = new(StringComparer.Ordinal);
    readonly HashSet<ulong> _images = [];

    /// <summary>How far a segment was read, and what it held up to there.</summary>
    sealed class Counted
    {
        internal long Offset { get; set; } = SegmentLayout.HeaderSize;
        internal long Events { get; set; }
        internal long Lost { get; set; }
        internal bool IsDone { get; set; }
    }

    internal ProgressWatch(string folder, Action<RecordingProgress> tell)
    {
        _folder = folder;
        _tell = tell;
        _thread = new Thread(Work) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    /// <summary>Tells the last figures.</summary>
    public void Dispose()
    {
        if (_stop.IsSet)
            return;
        _stop.Set();
        _thread.Join();
        _tell(Progress() with { HasEnded = true });
    }

    void Work()
    {
        var pause = Pause;
        while (!_stop.Wait(pause))
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                foreach (var file in SegmentFile.In(_folder))
                    Look(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What can be counted is told; that something is missing from the trace is said at its end.
            }

            _tell(Progress());
            // Of thousands of processes it takes longer: never more than a small part of a processor.
            var least = Stopwatch.GetElapsedTime(began) * 20;
            pause = least > Pause ? least : Pause;
        }
    }

    RecordingProgress Progress() =>
        new(_counted.Values.Sum(c => c.Events), _images.Count, Sum(_counted.Values.Select(c => c.Lost)));

    // Counts of losses are claims of the recorded program: the sum stops at the largest.
    static long Sum(IEnumerable<long> counts) =>
        counts.Aggregate(0L, (sum, count) => count > long.MaxValue - sum ? long.MaxValue : sum + count);

    void Look(SegmentFile file)
    {
        if (!SegmentName.TryParse(file.Name, out var name))
            return;
        if (!_counted.TryGetValue(file.Name, out var counted))
            _counted[file.Name] = counted = new Counted();
        if (counted.IsDone)
            return;
        using var stream = file.Open();
        var read = stream.ReadAtLeast(
            _chunk.AsSpan(0, SegmentLayout.HeaderSize),
            SegmentLayout.HeaderSize,
            false
        );
        var header =
            read < SegmentLayout.HeaderSize ? null : SegmentHeader.Read(_chunk.AsSpan(0, read), name, out _);
        if (header is null)
            return;
        _images.Add(header.Nonce);
        counted.Lost = Sum(header.Lost);
        // Other threads may write behind its end (rule S38), while there are any.
        var isLast = header.Full || (header.Closed && !RunningProcesses.Runs(header.Pid, header.StartTicks));
        var length = PageLength;
        while (Count(stream, counted, length))
            length = ChunkLength;
        counted.IsDone = isLast;
    }

    // Walks the blocks of one chunk; true when there may be more behind it.
    bool Count(Stream stream, Counted counted, int length)
    {
        stream.Position = counted.Offset;
        var read = stream.ReadAtLeast(_chunk.AsSpan(0, length), length, throwOnEndOfStream: false);
        var walk = new BlockWalk(_chunk.AsSpan(0, read), 0);
        var kind = walk.Next();
        while (kind is not (BlockKind.End or BlockKind.Broken))
        {
            // An open one becomes an event, but for one that a killed process leaves.
            var isEvent = kind switch
            {
                BlockKind.Whole => !IsFiller(_chunk.AsSpan(walk.PayloadOffset, walk.PayloadLength)),
                BlockKind.Open => true,
                _ => false,
            };
            counted.Events += isEvent ? 1 : 0;
            counted.Offset = stream.Position - read + walk.Offset;
            kind = walk.Next();
        }

        var isCut = kind == BlockKind.Broken || read - walk.Offset < SegmentLayout.MinimumBlock;
        return isCut && read == length && (walk.Offset > 0 || length < ChunkLength);
    }

    // An array whose first item is 0 (rule S23).
    static bool IsFiller(ReadOnlySpan<byte> payload) => payload.Length > 1 && payload[1] == 0;
}
