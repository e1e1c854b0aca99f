namespace AuditRules.Traces;

/// <summary>How a column is compressed (T23). The numbers are part of the format.</summary>
public enum ColumnCodec : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>An LZ4 block: fast, the default.</summary>
    Lz4 = 1,

    /// <summary>Raw deflate (RFC 1951): smaller and slower, for keeping.</summary>
    Deflate = 2,
}
