using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.Files;

/// <summary>What to do with a file that was named as a trace and is something else: by its first bytes.</summary>
static class ForeignFile
{
    static ReadOnlySpan<byte> Segment => "ARSEG\r\n\u001a"u8; // docs/spec/segment.md

    static ReadOnlySpan<byte> Gzip => [0x1f, 0x8b];

    static ReadOnlySpan<byte> Zstandard => [0x28, 0xb5, 0x2f, 0xfd];

    static ReadOnlySpan<byte> Xz => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

    static ReadOnlySpan<byte> Zip => [0x50, 0x4b, 0x03, 0x04];

    /// <summary>What to do; null where the file is nothing that is known.</summary>
    public static string? AdviceFor(CommandContext context, string path)
    {
        Span<byte> buffer = stackalloc byte[64];
        var bytes = buffer[..Read(context, path, buffer)];
        var shown = context.Paths.Show(path);
        if (bytes.StartsWith(Segment))
            return $"It is a segment of a recording. Make a trace of its folder: auditrules pack {Folder(context, path)} -o run.atrace";
        if (bytes.StartsWith(Gzip))
            return $"It is compressed. Unpack it first: gunzip -c {shown} > run.atrace";
        if (bytes.StartsWith(Zstandard))
            return $"It is compressed. Unpack it first: zstd -dc {shown} > run.atrace";
        if (bytes.StartsWith(Xz))
            return $"It is compressed. Unpack it first: xz -dc {shown} > run.atrace";
        if (bytes.StartsWith(Zip))
            return $"It is an archive. Unpack it first: unzip {shown}";
        return bytes.TrimStart(" \t\r\n"u8).StartsWith("{"u8)
            ? $"It may be JSON. If it holds an event a line: auditrules import jsonl {shown} -o run.atrace"
            : null;
    }

    static string Folder(CommandContext context, string path)
    {
        var full = context.Paths.Full(path);
        return context.Paths.Show(Path.GetDirectoryName(full) ?? full);
    }

    // What gives its bytes only once has given them.
    static int Read(CommandContext context, string path, Span<byte> buffer)
    {
        if (path == "-")
            return 0;
        try
        {
            using var file = File.OpenRead(context.Paths.Full(path));
            return file.CanSeek ? file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
