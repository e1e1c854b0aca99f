namespace AuditRules.Traces;

/// <summary>
/// Looks at everything that docs/spec/trace.md lets one look at, in one pass from the first byte to the last: structure,
/// checksums, sequence, every column and value, totals, index, tree and signatures. Its memory is bounded by a frame and
/// an index.
/// </summary>
public static class TraceVerifier
{
    /// <summary>Reads a trace to its end; the stream stays open.</summary>
    /// <param name="trace">The trace, from where the stream stands.</param>
    /// <param name="expected">What is expected of it; null for nothing.</param>
    /// <param name="seen">Is given every item of the trace on the way; null for nobody.</param>
    /// <exception cref="TraceFormatException">The stream is no trace, or needs what this version does not know.</exception>
    public static TraceVerification Verify(
        Stream trace,
        TraceExpectations? expected = null,
        Action<TraceItem>? seen = null
    )
    {
        using var pass = new VerifyPass(trace, expected ?? new TraceExpectations());
        return pass.Run(seen);
    }
}
