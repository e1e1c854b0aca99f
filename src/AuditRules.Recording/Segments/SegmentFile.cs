using AuditRules.Recording.Spawning;

namespace AuditRules.Recording.Segments;

/// <summary>A segment where it lies. The packer opens it when it needs it and closes it at once.</summary>
/// <param name="Name">The file name without folders, as <c>4711-9f1c03a7725bd0e4-000000.seg</c>.</param>
/// <param name="Open">Gives a new stream over the segment's bytes, at its beginning.</param>
public sealed record SegmentFile(string Name, Func<Stream> Open)
{
    /// <summary>The segments of a folder, by name; files of other names are left out (rules S6, S39).</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static IReadOnlyList<SegmentFile> In(string directory)
    {
        var files = new List<SegmentFile>();
        foreach (var info in new DirectoryInfo(directory).EnumerateFiles("*" + SegmentName.Extension))
        {
            // A recorded program can make links here: they are not followed.
            if (info.LinkTarget is null && SegmentName.TryParse(info.Name, out _))
            {
                files.Add(new SegmentFile(info.Name, () => OpenRegular(info.FullName)));
            }
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    /// <summary>The pids that have segments in a folder.</summary>
    internal static IReadOnlySet<int> PidsIn(string directory)
    {
        var pids = new HashSet<int>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + SegmentName.Extension))
        {
            if (SegmentName.TryParse(Path.GetFileName(path), out var name))
                pids.Add(name.Pid);
        }

        return pids;
    }

    static FileStream OpenRegular(string path)
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
