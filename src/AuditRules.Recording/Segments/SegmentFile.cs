using System.Text;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording.Segments;

/// <summary>
/// A segment where it lies, or the mark of an image that could make none (rule S41). The packer opens it when it needs it
/// and closes it at once.
/// </summary>
/// <param name="Name">The file name without folders, as <c>4711-9f1c03a7725bd0e4-000000.seg</c>.</param>
/// <param name="Open">Gives a new stream over the segment's bytes, or the target of the mark, at its beginning.</param>
public sealed record SegmentFile(string Name, Func<Stream> Open)
{
    /// <summary>True for a mark: no segment, but a process that could write none.</summary>
    public bool IsMark => LostMark.TryParse(Name, out _);

    /// <summary>When a mark was made, by the wall clock in nanoseconds since the Unix epoch; 0 when not known.</summary>
    public long MadeWall { get; init; }

    /// <summary>
    /// The segments and marks of a folder, by name; files of other names are left out (rules S6, S39, S41).
    /// </summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static IReadOnlyList<SegmentFile> In(string directory)
    {
        var files = new List<SegmentFile>();
        // Not its files alone: what a mark points to may have been made a folder.
        foreach (var info in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            // A recorded program can make links here: they are not followed.
            if (info.LinkTarget is { } target)
            {
                if (LostMark.TryParse(info.Name, out _))
                    files.Add(Mark(info, target));
            }
            else if (info is FileInfo && SegmentName.TryParse(info.Name, out _))
            {
                files.Add(new SegmentFile(info.Name, () => OpenRegular(info.FullName)));
            }
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    static SegmentFile Mark(FileSystemInfo info, string target) =>
        new(info.Name, () => new MemoryStream(Encoding.UTF8.GetBytes(target)))
        {
            MadeWall = (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
        };

    /// <summary>The pids that have segments or marks in a folder.</summary>
    internal static IReadOnlySet<int> PidsIn(string directory)
    {
        var pids = new HashSet<int>();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory))
        {
            if (SegmentName.TryParse(Path.GetFileName(path), out var name))
                pids.Add(name.Pid);
            else if (LostMark.TryParse(Path.GetFileName(path), out var mark))
                pids.Add(mark.Pid);
        }

        return pids;
    }

    /// <summary>Opens a file of a session's folder in which a recorded program can make anything.</summary>
    /// <exception cref="IOException">It cannot be opened, or is a link, a pipe or a device.</exception>
    internal static FileStream OpenRegular(string path)
    {
        // A pipe in place of the file must not make this program wait for a writer.
        FileStream stream = OperatingSystem.IsLinux()
            ? new FileStream(LinuxCalls.OpenForReading(path), FileAccess.Read, bufferSize: 0)
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        throw new IOException($"{path} is no regular file");
    }
}
