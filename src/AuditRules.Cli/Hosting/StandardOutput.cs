using System.Runtime.InteropServices;

namespace AuditRules.Cli.Hosting;

/// <summary>
/// Standard output or error of this process. Not the console's own streams: their first write sets a terminal up, and
/// writes its codes where none may be (docs/cli.md, C6).
/// </summary>
sealed partial class StandardOutput : Stream
{
    const int Interrupted = 4; // EINTR
    const int BadDescriptor = 9; // EBADF
    const int WouldBlock = 11; // EAGAIN
    const int BrokenPipe = 32; // EPIPE

    readonly int _descriptor;

    StandardOutput(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True once whoever reads was found to have closed it: what is written then is dropped.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The stream of standard output.</summary>
    public static Stream Output() =>
        OperatingSystem.IsLinux() ? new StandardOutput(1) : Console.OpenStandardOutput();

    /// <summary>The stream of standard error.</summary>
    public static Stream Error() =>
        OperatingSystem.IsLinux() ? new StandardOutput(2) : Console.OpenStandardError();

    /// <summary>Writes all of them.</summary>
    /// <exception cref="IOException">It is closed, or there is no room.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !IsClosed)
        {
            var written = Write(_descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case WouldBlock:
                    Thread.Sleep(1);
                    break;
                // Whoever reads has had enough: as `head` has.
                case BrokenPipe:
                    IsClosed = true;
                    break;
                // Closed before the start, its number belongs to something else, or to nothing.
                case BadDescriptor:
                    throw new IOException("standard output is closed");
                case var error:
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint count);
}
