namespace AuditRules.Traces;

/// <summary>
/// Finds the frames of a trace and takes them out whole: by their borders, ids and checksums, without a look at what they
/// say. Behind damage it looks for the next frame (T41). One frame is in memory at a time.
/// </summary>
sealed class FrameScanner
{
    const int Window = 64 * 1024;

    // Damage that happens by itself has bytes read twice.
    const int MaxRereads = 4;

    readonly TraceInput _input;
    readonly int _maxRawLength;
    readonly Report _report;
    bool _confirmed;
    long _reread;
    long _offset;

    /// <summary>Reads the preamble.</summary>
    /// <exception cref="TraceFormatException">The stream is no trace, or of a newer major version.</exception>
    public FrameScanner(Stream stream, int maxRawLength, Report report)
    {
        _input = new TraceInput(stream);
        _maxRawLength = maxRawLength;
        _report = report;
        PreambleBytes = _input.Peek(Preamble.Length).ToArray();
        var (major, minor, traceId) = Preamble.Read(PreambleBytes);
        _input.Advance(Preamble.Length);
        Version = new Version(major, minor);
        TraceId = traceId;
    }

    /// <summary>Begins at a frame of a trace that is known.</summary>
    public FrameScanner(Stream stream, int maxRawLength, Report report, FrameScanner known, long offset)
    {
        _input = new TraceInput(stream, offset);
        _maxRawLength = maxRawLength;
        _report = report;
        _confirmed = true;
        PreambleBytes = known.PreambleBytes;
        Version = known.Version;
        TraceId = known.TraceId;
    }

    /// <summary>Takes note of damage; how many events were lost with it, null when that is not known.</summary>
    public delegate void Report(long offset, DamageCode code, string message, long? events);

    public byte[] PreambleBytes { get; }

    public Version Version { get; }

    /// <summary>The trace's id: the preamble's, or the first frame's where they differ (T42).</summary>
    public UInt128 TraceId { get; private set; }

    /// <summary>Where the scan stands.</summary>
    public long Position => _input.Position;

    public bool AtEnd => _input.Peek(1).IsEmpty;

    /// <summary>Whether what is reported now is where another trace begins.</summary>
    public bool IsOtherTrace { get; private set; }

    /// <summary>The last payload; it may be longer than the frame's, whose stored length counts.</summary>
    public byte[] Payload { get; private set; } = [];

    /// <summary>Leaves the payload to who has it; the next one gets bytes of its own.</summary>
    public void LeavePayload() => Payload = [];

    /// <summary>Reads the header that stands here. False where none of this trace does: that is reported, and the scan
    /// goes to the next one or to the end.</summary>
    public bool TryReadHeader(out FrameHeader header)
    {
        _offset = _input.Position;
        var bytes = _input.Peek(FrameHeader.Length);
        var isHeader = FrameHeader.TryRead(bytes, out header);
        if (isHeader && Believe(header))
        {
            _input.Advance(FrameHeader.Length);
            return true;
        }

        Resynchronise(
            isHeader ? DamageCode.Foreign
            : bytes.Length < FrameHeader.Length && IsCutHeader(bytes) ? DamageCode.Truncated
            : DamageCode.NoFrame
        );
        return false;
    }

    /// <summary>Reads the payload behind that header. False where it cannot be used: that is reported, and the scan goes
    /// on behind it.</summary>
    public bool TryReadPayload(in FrameHeader header)
    {
        if (header.StoredLength > header.RawLength || header.RawLength > _maxRawLength)
        {
            _report(
                _offset,
                DamageCode.Limit,
                FormattableString.Invariant($"a frame of {header.RawLength:N0} bytes"),
                header.LostEvents
            );
            _input.Skip(header.StoredLength);
            return false;
        }

        var length = (int)header.StoredLength;
        if (Payload.Length < length)
            Payload = GC.AllocateUninitializedArray<byte>(length);
        var payload = Payload.AsSpan(0, length);
        var read = _input.Read(payload);
        if (read < length)
        {
            _report(_offset, DamageCode.Truncated, "the file ends within a frame", header.LostEvents);
        }
        else
        {
            if (Crc32C.Compute(payload) == header.PayloadCrc)
                return true;
            _report(_offset, DamageCode.Payload, "a frame's payload is damaged", header.LostEvents);
            // The frame's borders stand: it alone is lost, and how many events it had is known.
            if (AtEnd || IsFrame(_input.Peek(FrameHeader.Length)))
                return false;
        }

        // Bytes are missing or too many: the next frame may begin anywhere behind this header. In a file of nothing but
        // headers that would read the same bytes once for each of them, so there is an end to it.
        _reread += read;
        if (_reread <= (MaxRereads * _input.Position) + _maxRawLength)
            _input.Unread(payload[..read]);
        FindFrame();
        return false;
    }

    static bool IsCutHeader(ReadOnlySpan<byte> bytes) =>
        FrameHeader.Mark.StartsWith(bytes[..Math.Min(bytes.Length, FrameHeader.Mark.Length)]);

    /// <summary>Whether the frame is of this trace. The first one, where it must stand, can correct the preamble.</summary>
    bool Believe(in FrameHeader header)
    {
        if (header.TraceId == TraceId)
        {
            _confirmed = true;
            return true;
        }

        if (_confirmed || _offset != Preamble.Length || header.Sequence != 0)
            return false;
        _report(20, DamageCode.Preamble, "the preamble's trace id is not that of the first frame", 0);
        TraceId = header.TraceId;
        _confirmed = true;
        return true;
    }

    bool IsFrame(ReadOnlySpan<byte> bytes) =>
        FrameHeader.TryRead(bytes, out var header) && header.TraceId == TraceId;

    void Resynchronise(DamageCode code)
    {
        var other = code == DamageCode.NoFrame ? Preamble.IdOf(_input.Peek(Preamble.Length)) : null;
        _input.Advance(1);
        var found = FindFrame();
        var message = code switch
        {
            _ when other is { } id => $"another trace ({id:x32}) begins here, and is not read",
            DamageCode.Foreign => "a frame of another trace",
            DamageCode.Truncated => "the file ends within a frame",
            _ when found => FormattableString.Invariant(
                $"{_input.Position - _offset:N0} bytes are no frame of this trace"
            ),
            _ => "from here to its end the file holds no frame of this trace",
        };
        IsOtherTrace = other is not null;
        _report(_offset, code, message, null);
        IsOtherTrace = false;
    }

    /// <summary>Goes to the next believable header, or to the end of the file.</summary>
    bool FindFrame()
    {
        while (true)
        {
            var window = _input.Peek(Window);
            var at = window.IndexOf(FrameHeader.Mark);
            if (at < 0)
            {
                if (window.Length < Window)
                {
                    _input.Advance(window.Length);
                    return false;
                }

                _input.Advance(window.Length - FrameHeader.Mark.Length + 1);
                continue;
            }

            _input.Advance(at);
            if (IsFrame(_input.Peek(FrameHeader.Length)))
                return true;
            _input.Advance(1);
        }
    }
}
