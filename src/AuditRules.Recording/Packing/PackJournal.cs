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

    const int MostLine = 1024 * 1024;

    readonly FileStream _log;
    readonly StringBuilder _lines = new();

    PackJournal(string folder)
    {
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
    internal FileStream Trace { get; }

    /// <summary>Begins both files.</summary>
    /// <exception cref="IOException">They are there already, or cannot be made.</exception>
    internal static PackJournal Begin(string folder) => new(folder);

    /// <summary>Says that all that these images gave is in the trace, as it is on the disk now.</summary>
    internal void Commit(IEnumerable<ImageState> changed)
    {
        _lines.Clear();
        foreach (var state in changed)
            _lines.Append(JsonSerializer.Serialize(state, ImageStates.Default.ImageState)).Append('\n');
        _lines.Append(Trace.Position).Append('\n');
        _log.Write(Encoding.UTF8.GetBytes(_lines.ToString()));
    }

    /// <summary>True when a session of that folder packed while its program ran.</summary>
    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, LogName));

    /// <summary>
    /// How far the trace counts, and the images; null where nothing was packed, or the file is not as it was written.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read, or is a link, a pipe or a device.</exception>
    internal static (long Length, IReadOnlyList<ImageState> Images)? Read(string folder)
    {
        var path = Path.Combine(folder, LogName);
        if (!File.Exists(path))
            return null;
        var images = new SortedDictionary<int, ImageState>();
        var round = new List<ImageState>();
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

                length = JsonSerializer.Deserialize<long>(line, ImageStates.Default.Int64);
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
            ? (known, [.. images.Values])
            : null;
    }

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
