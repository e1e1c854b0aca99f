using System.Globalization;
using AuditRules.Recording.Packing;
using AuditRules.Traces;

namespace AuditRules.Recording;

/// <summary>A part of a recording that is in its place.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Path">The file.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Head">Its head (docs/spec/trace.md, T55); null where it has no CHECKPOINT.</param>
public sealed record RecordedPart(int Number, string Path, long Events, TraceHead? Head);

/// <summary>Where a recording goes that is written in parts, and when one ends (docs/spec/segment.md, S54).</summary>
/// <param name="Path">The name that the parts have but for their numbers, as <c>run.atrace</c>: absolute.</param>
/// <param name="Limits">When a part ends.</param>
/// <param name="Keep">How many parts are kept: the oldest go. Null for all; at least 1.</param>
public sealed record PartFiles(string Path, PartLimits Limits, int? Keep)
{
    /// <summary>The file of a part: <c>run-000001.atrace</c> is the first of <c>run.atrace</c>.</summary>
    public string PathOf(int part)
    {
        var extension = System.IO.Path.GetExtension(Path);
        var number = part.ToString("D6", CultureInfo.InvariantCulture);
        return $"{Path[..^extension.Length]}-{number}{extension}";
    }

    /// <summary>A file that has the name of a part already; null where there is none.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public string? Taken()
    {
        var extension = System.IO.Path.GetExtension(Path);
        var name = System.IO.Path.GetFileName(Path)[..^extension.Length] + "-";
        return new DirectoryInfo(System.IO.Path.GetDirectoryName(Path)!)
            .EnumerateFileSystemInfos()
            .Select(found => found.FullName)
            .Where(found =>
            {
                var file = System.IO.Path.GetFileName(found);
                return file.StartsWith(name, StringComparison.Ordinal)
                    && file.EndsWith(extension, StringComparison.Ordinal)
                    && file.Length >= name.Length + 6 + extension.Length
                    && file[name.Length..^extension.Length].All(char.IsAsciiDigit);
            })
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>Writes a part beside its place and moves it there.</summary>
    /// <exception cref="IOException">It cannot be written, or there is such a file; the message names it.</exception>
    internal void Put(Stream trace, int part)
    {
        var path = PathOf(part);
        var aside = $"{path}.{System.IO.Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
            {
                trace.Position = 0;
                trace.CopyTo(file);
            }

            File.Move(aside, path, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(aside);
            var why = e is DirectoryNotFoundException ? "its folder is gone" : e.Message;
            throw new IOException($"cannot write {path}: {why}", e);
        }
    }

    /// <summary>Removes the part that is one too many, when that one is in its place.</summary>
    internal bool Drop(int part)
    {
        if (Keep is not { } keep || part <= keep)
            return false;
        Remove(PathOf(part - keep));
        return true;
    }

    static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever took it from there has it; more cannot be done about it.
        }
    }
}
