using MessagePack;

namespace AuditRules.Traces;

/// <summary>How sealing ended.</summary>
/// <param name="Found">What the trace was before.</param>
/// <param name="Head">The head of the sealed trace; null when the trace was not fit to be sealed and is as it was.</param>
public sealed record SealResult(TraceVerification Found, TraceHead? Head);

/// <summary>Seals traces in place: a signed CHECKPOINT is appended and no earlier byte changes (T54).</summary>
public static class TraceSealer
{
    /// <summary>Verifies a trace and, where it is whole, appends a CHECKPOINT that is signed.</summary>
    /// <param name="trace">The trace, from its first byte on; readable, writable and seekable. It stays open.</param>
    /// <param name="key">A private key.</param>
    /// <param name="name">The key's name (<see cref="SealKey.IsName"/>).</param>
    /// <exception cref="ArgumentException">The key is a public one, or its name is none.</exception>
    /// <exception cref="TraceFormatException">The stream is no trace, or needs what this version does not know.</exception>
    /// <exception cref="IOException">The CHECKPOINT cannot be written; the trace is as it was.</exception>
    public static SealResult Seal(Stream trace, SealKey key, string name)
    {
        if (!key.IsPrivate)
            throw new ArgumentException("a public key cannot sign", nameof(key));
        if (!SealKey.IsName(name))
            throw new ArgumentException("a key cannot have that name", nameof(name));
        using var pass = new VerifyPass(trace, new TraceExpectations());
        var found = pass.Run(null);
        if (found.Verdict != TraceVerdict.Whole)
            return new SealResult(found, null);
        var unsigned = pass.NextCheckpoint();
        var signed = unsigned with { Signatures = [key.Sign(name, unsigned.Body).ToString()] };
        Append(trace, Frame(pass.TraceId, (uint)found.Frames, signed));
        return new SealResult(found, signed.Head);
    }

    static byte[] Frame(UInt128 traceId, uint sequence, Checkpoint checkpoint)
    {
        var payload = new ByteBuffer();
        var writer = new MessagePackWriter(payload);
        checkpoint.Write(ref writer);
        writer.Flush();
        var frame = new byte[FrameHeader.Length + payload.Length];
        new FrameHeader(
            FrameType.Checkpoint,
            0,
            0,
            sequence,
            traceId,
            0,
            (uint)payload.Length,
            (uint)payload.Length,
            Crc32C.Compute(payload.Written)
        ).Write(frame);
        payload.Written.CopyTo(frame.AsSpan(FrameHeader.Length));
        return frame;
    }

    // Half a frame would be damage: what could not be written whole is taken away again.
    static void Append(Stream trace, byte[] frame)
    {
        var length = trace.Length;
        try
        {
            trace.Position = length;
            trace.Write(frame);
            trace.Flush();
        }
        catch (IOException)
        {
            trace.SetLength(length);
            throw;
        }
    }
}
