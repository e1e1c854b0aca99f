using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>Why a trace cannot be read at all.</summary>
public enum TraceFormatError
{
    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The file does not begin as a trace does.</summary>
    NotATrace,

    /// <summary>The file ends within the preamble.</summary>
    TruncatedPreamble,

    /// <summary>Line ends were changed in transfer.</summary>
    ChangedLineEnds,

    /// <summary>The format's major version is one that this reader does not know.</summary>
    NewerMajor,

    /// <summary>A frame needs a feature, a frame type, a column or a codec that this reader does not know.</summary>
    UnknownFeature,

    /// <summary>A column of a frame whose checksums hold breaks the format: made by hand, or by a faulty writer.</summary>
    MalformedColumn,

    /// <summary>The trace changed while it was read: its recorder still writes it.</summary>
    StillWritten,
}

/// <summary>
/// A trace that cannot be read at all. Damage is not thrown: the reader reports it as a <see cref="DamageItem"/>.
/// </summary>
#pragma warning disable RCS1194 // It is never made without a code and an offset.
public sealed class TraceFormatException : MalformedEventsException
#pragma warning restore RCS1194
{
    /// <summary>An error of that kind at that byte of the file.</summary>
    public TraceFormatException(TraceFormatError code, long offset, string message)
        : base(message)
    {
        Code = code;
        Offset = offset;
    }

    /// <summary>Why.</summary>
    public TraceFormatError Code { get; }

    /// <summary>Where: bytes from the beginning of the file.</summary>
    public long Offset { get; }
}
