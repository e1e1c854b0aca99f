using System.Buffers.Binary;
using System.Runtime.Versioning;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording.Attempts;

/// <summary>What a program's file says of whether the dynamic linker brings the hook into it (rule S43).</summary>
internal static class ProgramFile
{
    /// <summary>Its file has a set-user-ID or set-group-ID bit.</summary>
    internal const string SetUserId = "setuid";

    /// <summary>Its file names no dynamic linker.</summary>
    internal const string Static = "static";

    // An ELF file's header, of 64 bits and little-endian as on every processor that the hook is made for.
    const int HeaderLength = 64;
    const int OffsetOfSegments = 32;
    const int OffsetOfSegmentLength = 54;
    const int OffsetOfSegmentCount = 56;
    const int MostSegments = 256;
    const uint Interpreter = 3; // PT_INTERP

    /// <summary>The facts of the file of that name; none where it cannot be looked at.</summary>
    /// <param name="program">An absolute path, or a name that PATH leads to.</param>
    internal static IReadOnlyList<string> FactsOf(string program)
    {
        var facts = new List<string>();
        try
        {
            if (OperatingSystem.IsLinux() && Find(program) is { } path)
                Add(facts, path);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // What was found out before stands: a setuid program may often be run, but not read.
        }

        return facts;
    }

    static string? Find(string program)
    {
        var path = program.Contains('/', StringComparison.Ordinal)
            ? program
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Where(folder => folder.StartsWith('/'))
                .Select(folder => $"{folder}/{program}")
                .FirstOrDefault(File.Exists);
        return path?.StartsWith('/') == true ? File.ResolveLinkTarget(path, true)?.FullName ?? path : null;
    }

    [SupportedOSPlatform("linux")]
    static void Add(List<string> facts, string path)
    {
        // The name is the recorded program's word: pipes and devices, which have no length, are not even opened.
        if (new FileInfo(path).Length < HeaderLength)
            return;
        if (
            (File.GetUnixFileMode(path) & (UnixFileMode.SetUser | UnixFileMode.SetGroup)) != UnixFileMode.None
        )
            facts.Add(SetUserId);
        using var file = LinuxCalls.OpenForReading(path);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (
            RandomAccess.Read(file, header, 0) == HeaderLength
            && header.StartsWith("\u007fELF\u0002\u0001"u8)
        )
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(header[OffsetOfSegmentLength..]);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(header[OffsetOfSegmentCount..]);
            var segments = new byte[length * Math.Min((int)count, MostSegments)];
            var offset = BinaryPrimitives.ReadInt64LittleEndian(header[OffsetOfSegments..]);
            if (
                length >= sizeof(uint)
                && offset > 0
                && RandomAccess.Read(file, segments, offset) == segments.Length
                && !segments.Chunk(length).Any(s => BinaryPrimitives.ReadUInt32LittleEndian(s) == Interpreter)
            )
                facts.Add(Static);
        }
    }
}
