using System.Buffers;
using AuditRules.Cli.Exit;

namespace AuditRules.Cli.Commands.Import;

/// <summary>Lines of a stream as bytes; a line of more than 16 MiB is refused, so that memory stays bounded.</summary>
sealed class ByteLines(Stream stream) : IDisposable
{
    const int MaxLine = 16 * 1024 * 1024;

    byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    int _start;
    int _end;
    bool _done;

    /// <summary>The next line without its end; valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var ready = _buffer.AsSpan(_start, _end - _start);
            var at = ready.IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = ready[..at];
                _start += at + 1;
                return true;
            }

            if (_done)
            {
                line = ready;
                _start = _end;
                return !ready.IsEmpty;
            }

            Fill();
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            if (_end >= MaxLine)
                throw new CommandFailure(
                    ExitCode.NotATrace,
                    "a line has more than 16 MiB",
                    "Is the file one of JSON lines?"
                );
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _done = read == 0;
        _end += read;
    }
}
