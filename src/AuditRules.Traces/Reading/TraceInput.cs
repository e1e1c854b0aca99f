namespace AuditRules.Traces;

/// <summary>A stream read forwards, in which one can look ahead and from which bytes can be given back.</summary>
sealed class TraceInput(Stream stream, long position = 0)
{
    byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
    int _start;
    int _end;

    /// <summary>Where the input stands, from the beginning of the file.</summary>
    public long Position { get; private set; } = position;

    /// <summary>The next bytes, fewer than asked only where the stream ends. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        MakeRoom(count);
        while (_end - _start < count)
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
                break;
            _end += read;
        }

        return _buffer.AsSpan(_start, Math.Min(count, _end - _start));
    }

    /// <summary>Goes past bytes that were peeked.</summary>
    public void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Reads until the target is full or the stream ends; how many bytes were read.</summary>
    public int Read(Span<byte> target)
    {
        var buffered = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(target);
        _start += buffered;
        var read = buffered + stream.ReadAtLeast(target[buffered..], target.Length - buffered, false);
        Position += read;
        return read;
    }

    /// <summary>Goes past so many bytes, or to the end.</summary>
    public void Skip(long count)
    {
        while (count > 0 && Peek(1).Length > 0)
        {
            var part = (int)Math.Min(count, _end - _start);
            Advance(part);
            count -= part;
        }
    }

    /// <summary>Gives back the bytes that were read last.</summary>
    public void Unread(ReadOnlySpan<byte> bytes)
    {
        var rest = _end - _start;
        var larger = new byte[Math.Max(_buffer.Length, bytes.Length + rest)];
        bytes.CopyTo(larger);
        _buffer.AsSpan(_start, rest).CopyTo(larger.AsSpan(bytes.Length));
        _buffer = larger;
        _start = 0;
        _end = bytes.Length + rest;
        Position -= bytes.Length;
    }

    void MakeRoom(int count)
    {
        if (_buffer.Length - _start >= count)
            return;
        var rest = _end - _start;
        var target = count > _buffer.Length ? new byte[count] : _buffer;
        _buffer.AsSpan(_start, rest).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = rest;
    }
}
