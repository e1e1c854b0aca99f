using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Bench;

/// <summary>Prints where the bytes of a trace are: raw, with LZ4, with deflate, for each column.</summary>
static class ColumnsCommand
{
    static readonly ColumnCodec[] Codecs = [ColumnCodec.None, ColumnCodec.Lz4, ColumnCodec.Deflate];

    static readonly string[] Columns =
    [
        "frames",
        "dictionary",
        "shapes",
        "shape of each row",
        "times",
        "threads",
        "thread of each row",
        "callers",
        "caller of each row",
        "arguments",
    ];

    public static int Run(int events)
    {
        var bytes = new long[Columns.Length, Codecs.Length];
        for (var codec = 0; codec < Codecs.Length; codec++)
        {
            using var stream = new MemoryStream();
            TraceCommand.Write(stream, new ReferenceWorkload().Take(events), Codecs[codec]);
            var trace = stream.ToArray();
            var at = Preamble.Length;
            while (FrameHeader.TryRead(trace.AsSpan(at), out var header))
            {
                var length = (int)header.StoredLength;
                if (header.Type == FrameType.Data)
                    Count(trace.AsSpan(at + FrameHeader.Length, length), bytes, codec);
                at += FrameHeader.Length + length;
            }
        }

        Console.WriteLine("| column | none | LZ4 | deflate |");
        Console.WriteLine("|---|---|---|---|");
        for (var column = 0; column < Columns.Length; column++)
        {
            Console.Write($"| {Columns[column]} |");
            for (var codec = 0; codec < Codecs.Length; codec++)
                Console.Write($" {(double)bytes[column, codec] / events:F2} |");
            Console.WriteLine();
        }

        return 0;
    }

    static void Count(ReadOnlySpan<byte> payload, long[,] bytes, int codec)
    {
        var reader = new MessagePackReader(payload);
        bytes[0, codec] += FrameHeader.Length + payload.Length;
        reader.ReadArrayHeader();
        for (var i = 0; i < 6; i++)
            reader.Skip();
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
        {
            reader.ReadArrayHeader();
            var id = reader.ReadInt32();
            reader.Skip();
            reader.Skip();
            var length = reader.ReadBytes().Length;
            bytes[Math.Min(id, Columns.Length - 1), codec] += length;
            bytes[0, codec] -= length;
        }
    }
}
