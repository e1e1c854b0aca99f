using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>The folders of sessions that are there, for whoever does not know which to recover (docs/cli.md, C57).</summary>
static class LeftBehind
{
    const string Pattern = "auditrules-*";

    public static ExitCode List(CommandContext context)
    {
        var place = Path.GetTempPath();
        var rows = Find(place).Select(found => Row(found.Folder, found.Segments)).ToArray();
        if (rows.Length == 0)
            throw new CommandFailure(
                ExitCode.NoInput,
                $"no session has left segments in {context.Paths.Show(place)}",
                "Name the folder, as in: auditrules recover DIR -o run.atrace"
            );
        TableText.Write(context.Out, ["segments", "pids", "folder"], rows, numbers: 1);
        context.Flush();
        throw new CommandFailure(
            ExitCode.Usage,
            "a folder is missing: name one of these (a session that still runs has one too)",
            $"As in: auditrules recover {rows[0][2]} -o run.atrace"
        );
    }

    static IEnumerable<(string Folder, IReadOnlyList<SegmentFile> Segments)> Find(string place)
    {
        foreach (var folder in Folders(place))
        {
            var segments = SegmentsOf(folder);
            if (segments.Count > 0 || Packer.HasPart(folder))
                yield return (folder, segments);
        }
    }

    static string[] Folders(string place)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(place, Pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Folders of other users may not be read, and one of a session that ends goes away meanwhile.
    static IReadOnlyList<SegmentFile> SegmentsOf(string folder)
    {
        try
        {
            return SegmentFile.In(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static string[] Row(string folder, IReadOnlyList<SegmentFile> segments)
    {
        const int MaxPids = 6;
        var pids = segments.Select(s => s.Name.Split('-')[0]).Distinct(StringComparer.Ordinal).ToArray();
        var shown = string.Join(' ', pids.Take(MaxPids)) + (pids.Length > MaxPids ? " ..." : "");
        return [segments.Count(s => !s.IsMark).ToString("N0", CultureInfo.InvariantCulture), shown, folder];
    }
}
