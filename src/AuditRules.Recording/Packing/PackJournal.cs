using System.Text;
using System.Text.Json;
using AuditRules.Recording.Segments;

namespace AuditRules.Recording.Packing;

/// <summary>
/// What a session writes beside the trace that it makes while the program runs (docs/spec/segment.md, S52 and S53): after
/// every round a line for each image of which something was packed, then how long the trace is. What is true is what
/// stands before the last such length.
/// </summary>
internal sealed class PackJournal : IDisposable
{
    internal const string TraceName = "packed.atrace";
    internal const string LogName = "packed.log";

    const int MostNames = 10_000_000;
    const int MostLine = 1024 * 1024;

    const string NextLogName = "packed.log.next";

    readonly string _folder;
    readonly StringBuilder _lines = new();
    FileStream _log;
    int _traces = 1;

    PackJournal(string folder)
    {
        _folder = folder;
        Trace = Create(folder, TraceName);
        try
        {
            _log = Create(folder, LogName);
        }
        catch
        {
            Trace.Dispose();
            throw;
        }
    }

    /// <summary>The trace that is made.</summary>
    internal FileStream Trace { get; private set; }

    /// <summary>Begins both files.</summary>
    /// <exception cref="IOException">They are there already, or cannot be made.</exception>
    internal static PackJournal Begin(string folder) => new(folder);

    /// <summary>Says that all that these images gave is in the trace, as it is on the disk now.</summary>
    /// <param name="changed">The states of images that have changed.</param>
    /// <param name="part">The part that is written; null for a recording without parts.</param>
    internal void Commit(IEnumerable<ImageState> changed, PartState? part = null) =>
        Write(_log, Trace, changed, part);

    /// <summary>A file for the next part.</summary>
    internal FileStream NextTrace()
    {
        while (true)
        {
            try
            {
                return Create(_folder, $"packed-{++_traces}.atrace");
            }
            catch (IOException)
                when (_traces < MostNames && Path.Exists(Path.Combine(_folder, $"packed-{_traces}.atrace")))
            {
                // The recorded program took the name.
            }
        }
    }

    /// <summary>
    /// Goes on with the next part, in one step: before it the part that was there counts, and after it this one.
    /// </summary>
    /// <param name="trace">What was written of it.</param>
    /// <param name="all">The states of all images.</param>
    /// <param name="part">The part.</param>
    internal void Turn(FileStream trace, IEnumerable<ImageState> all, PartState part)
    {
        var next = Path.Combine(_folder, NextLogName);
        File.Delete(next);
        var log = Create(_folder, NextLogName);
        try
        {
            Write(log, trace, all, part);
            File.Move(next, Path.Combine(_folder, LogName), overwrite: true);
        }
        catch
        {
            log.Dispose();
            throw;
        }

        _log.Dispose();
        Trace.Dispose();
        File.Delete(Trace.Name);
        (_log, Trace) = (log, trace);
    }

    void Write(FileStream log, FileStream trace, IEnumerable<ImageState> states, PartState? part)
    {
        _lines.Clear();
        if (part is not null)
        {
            PartState[] line = [part with { Trace = Path.GetFileName(trace.Name) }];
            _lines.Append(JsonSerializer.Serialize(line, ImageStates.Default.PartStateArray)).Append('\n');
        }

        foreach (var state in states)
            _lines.Append(JsonSerializer.Serialize(state, ImageStates.Default.ImageState)).Append('\n');
        _lines.Append(trace.Position).Append('\n');
        log.Write(Encoding.UTF8.GetBytes(_lines.ToString()));
    }

    /// <summary>True when a session of that folder packed while its program ran.</summary>
    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, LogName));

    /// <summary>
    /// How far the trace counts, and the images; null where nothing was packed, or the file is not as it was written.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read, or is a link, a pipe or a device.</exception>
    internal static PackedLog? Read(string folder)
    {
        var path = Path.Combine(folder, LogName);
        if (!File.Exists(path))
            return null;
        var images = new SortedDictionary<int, ImageState>();
        var round = new List<ImageState>();
        PartState? part = null;
        PartState? written = null;
        long? length = null;
        try
        {
            foreach (var line in WholeLines(path))
            {
                if (line.StartsWith('{'))
                {
                    var state = JsonSerializer.Deserialize(line, ImageStates.Default.ImageState);
                    if (state is not { Stream: { Taken: not null, Losses: not null } })
                        return null;
                    round.Add(state);
                    continue;
                }

                if (line.StartsWith('['))
                {
                    if (JsonSerializer.Deserialize(line, ImageStates.Default.PartStateArray) is not [{ } one])
                        return null;
                    written = one;
                    continue;
                }

                length = JsonSerializer.Deserialize(line, ImageStates.Default.Int64);
                part = written;
                foreach (var state in round)
                    images[state.Ordinal] = state;
                round.Clear();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return null;
        }

        return length is >= 0 and { } known && images.Keys.SequenceEqual(Enumerable.Range(0, images.Count))
            ? new PackedLog(known, [.. images.Values], part)
            : null;
    }

    /// <summary>The log.</summary>
    internal static string PathOf(string folder) => Path.Combine(folder, LogName);

    /// <summary>The file that holds what the log counts.</summary>
    internal static string TraceOf(string folder, PartState? part) =>
        Path.Combine(folder, part is null ? TraceName : Path.GetFileName(part.Trace));

    public void Dispose()
    {
        Trace.Dispose();
        _log.Dispose();
    }

    static FileStream Create(string folder, string name)
    {
        var options = new FileStreamOptions
        {
            // What a full disk did not take must not be tried again when the file is closed.
            BufferSize = 0,
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(folder, name), options);
    }

    // A line without its end was being written when the session was killed.
    static IEnumerable<string> WholeLines(string path)
    {
        using var stream = SegmentFile.OpenRegular(path);
        var bytes = new byte[MostLine];
        var filled = 0;
        while (stream.Read(bytes, filled, bytes.Length - filled) is > 0 and var count)
        {
            filled += count;
            var from = 0;
            for (int end; (end = Array.IndexOf(bytes, (byte)'\n', from, filled - from)) >= 0; from = end + 1)
            {
                if (end > from)
                    yield return Encoding.UTF8.GetString(bytes, from, end - from);
            }

            filled -= from;
            bytes.AsSpan(from, filled).CopyTo(bytes);
            if (filled == bytes.Length)
                throw new InvalidDataException("a line is longer than any that is written");
        }
    }
}

/// <summary>What a log says.</summary>
/// <param name="Length">How far the trace counts.</param>
/// <param name="Images">The images, in the order of their ordinals.</param>
/// <param name="Part">The part that is written; null for a recording without parts.</param>
internal sealed record PackedLog(long Length, IReadOnlyList<ImageState> Images, PartState? Part);
