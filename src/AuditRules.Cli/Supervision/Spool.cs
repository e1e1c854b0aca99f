using System.Buffers.Binary;

namespace AuditRules.Cli.Supervision;

/// <summary>
/// What a worker writes to standard output and standard error, in one file and in the order of writing: nobody sees it
/// before the worker has completed.
/// </summary>
/// <remarks>
/// <code>| stream: 1 or 2, 1 byte | length: 4 bytes, little-endian | bytes |</code> again and again.
/// </remarks>
sealed class Spool(Stream file)
{
    const int HeaderSize = 5;

    /// <summary>The stream of that number.</summary>
    public Stream Of(byte stream) => new Part(file, stream);

    /// <summary>Writes all to the disk's buffers.</summary>
    public void Flush() => file.Flush();

    /// <summary>Writes what is in a spool to where it belongs.</summary>
    public static void Play(Stream file, Stream output, Stream error)
    {
        var header = new byte[HeaderSize];
        var buffer = new byte[64 * 1024];
        while (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) == HeaderSize)
        {
            var target = header[0] == 1 ? output : error;
            var left = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1));
            while (left > 0)
            {
                var part = buffer.AsSpan(0, Math.Min(left, buffer.Length));
                file.ReadExactly(part);
                target.Write(part);
                left -= part.Length;
            }
        }
    }

    sealed class Part(Stream file, byte stream) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            header[0] = stream;
            BinaryPrimitives.WriteInt32LittleEndian(header[1..], buffer.Length);
            lock (file)
            {
                file.Write(header);
                file.Write(buffer);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) =>
            Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
