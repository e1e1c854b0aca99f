using System.Buffers.Binary;

namespace AuditRules.Cli.Supervision;

/// <summary>
/// What a worker writes to standard output and standard error, in one file and in the order of writing: nobody sees it
/// before the worker has completed.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="failed">Told why it cannot be written; does not come back.</param>
/// <remarks>
/// <code>| stream: 1 or 2, 1 byte | length: 4 bytes, little-endian | bytes |</code> again and again.
/// </remarks>
sealed class Spool(Stream file, Action<IOException> failed)
{
    const int HeaderSize = 5;

    /// <summary>The stream of that number.</summary>
    public Stream Of(byte stream) => new Part(this, stream);

    /// <summary>Writes all to the disk's buffers.</summary>
    public void Flush()
    {
        try
        {
            file.Flush();
        }
        catch (IOException e)
        {
            failed(e);
        }
    }

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

    void Write(byte stream, ReadOnlySpan<byte> bytes)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header[0] = stream;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], bytes.Length);
        lock (file)
        {
            try
            {
                file.Write(header);
                file.Write(bytes);
            }
            catch (IOException e)
            {
                // Not thrown: the message that would tell of it goes into the same file.
                failed(e);
            }
        }
    }

    sealed class Part(Spool spool, byte stream) : Stream
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

        public override void Write(ReadOnlySpan<byte> buffer) => spool.Write(stream, buffer);

        public override void Write(byte[] buffer, int offset, int count) =>
            Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
