using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Pack;

/// <summary>From a folder of segments to a trace (docs/cli.md, C56).</summary>
static class SegmentFolder
{
    /// <summary>Packs the segments of a folder.</summary>
    /// <param name="context">The command.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="output">The trace to write.</param>
    /// <param name="codec">How it is compressed.</param>
    public static ExitCode Pack(CommandContext context, string folder, string output, ColumnCodec codec)
    {
        // Before the folder is listed (segment.md, S40).
        var running = Read(context, folder, RunningProcesses.Of);
        var segments = Find(context, folder);
        var part = Read(context, folder, Packer.FilesOfPart);
        OutputFile.RequireOther(
            context,
            output,
            segments.Select(s => Path.Combine(context.Paths.Full(folder), s.Name)).Concat(part)
        );
        using var trace = OutputFile.Create(context, output);
        PackResult packed;
        try
        {
            packed = Packer.Pack(
                context.Paths.Full(folder),
                trace.Stream,
                new PackOptions
                {
                    EndOf = running.EndOf,
                    Writing = new() { Codec = codec, LeaveOpen = true },
                }
            );
        }
        catch (IOException e)
        {
            throw OutputFile.Failure(context, output, e.Message);
        }

        trace.Complete(context);
        Record.Recording.Tell(context, packed, $" in {context.Paths.Show(output)}");
        Record.Recording.TellHead(context, packed);
        return packed.Losses.Count > 0 || packed.Refused.Count > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static IReadOnlyList<SegmentFile> Find(CommandContext context, string folder)
    {
        var segments = Read(context, folder, SegmentFile.In);
        return segments.Count > 0 || Packer.HasPart(context.Paths.Full(folder))
            ? segments
            : throw Missing(context, folder, "it holds no segment (*.seg)");
    }

    static T Read<T>(CommandContext context, string folder, Func<string, T> read)
    {
        try
        {
            return read(context.Paths.Full(folder));
        }
        catch (DirectoryNotFoundException)
        {
            throw Missing(context, folder, "there is no such folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(context, folder, e.Message);
        }
    }

    static CommandFailure Missing(CommandContext context, string folder, string why) =>
        new(
            ExitCode.NoInput,
            $"nothing to pack in {context.Paths.Show(folder)}: {why}",
            "List the folders that sessions left behind with: auditrules recover"
        );
}
