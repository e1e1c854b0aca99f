using System.Buffers;
using System.IO.Compression;
using System.Text;
using AuditRules.Events;
using AuditRules.Traces;

namespace AuditRules.Bench;

/// <summary>Prints bytes an event of each format: the same table on every machine.</summary>
static class SizesCommand
{
    public static int Run(int events)
    {
        var lines = new CountingStream();
        var zipped = new CountingStream();
        var map = new ArrayBufferWriter<byte>();
        var array = new ArrayBufferWriter<byte>();
        long mapLength = 0;
        long arrayLength = 0;
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
        {
            foreach (var e in new ReferenceWorkload().Take(events))
            {
                var line = Encoding.UTF8.GetBytes(e.ToString() + "\n");
                lines.Write(line);
                gzip.Write(line);
                map.ResetWrittenCount();
                array.ResetWrittenCount();
                Rows.WriteMap(map, e);
                Rows.WriteArray(array, e);
                mapLength += map.WrittenCount;
                arrayLength += array.WrittenCount;
            }
        }

        Console.WriteLine("| format | bytes an event | of JSON lines |");
        Console.WriteLine("|---|---|---|");
        var all = (double)lines.Length;
        Put("JSON lines", all);
        Put("JSON lines, gzip", zipped.Length);
        Put("MessagePack, a map an event", mapLength);
        Put("MessagePack, an array an event", arrayLength);
        Put("trace, no codec", Trace(ColumnCodec.None));
        Put("trace, LZ4 (`record`)", Trace(ColumnCodec.Lz4));
        Put("trace, deflate (`pack --archive`)", Trace(ColumnCodec.Deflate));
        return 0;

        void Put(string format, double length) =>
            Console.WriteLine($"| {format} | {length / events:F2} | {length / all:P1} |");

        long Trace(ColumnCodec codec)
        {
            var stream = new CountingStream();
            TraceCommand.Write(stream, new ReferenceWorkload().Take(events), codec);
            return stream.Length;
        }
    }
}
