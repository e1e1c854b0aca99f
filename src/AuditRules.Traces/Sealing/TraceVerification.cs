using System.Collections.Immutable;

namespace AuditRules.Traces;

/// <summary>What a verifier thinks of a trace.</summary>
public enum TraceVerdict
{
    /// <summary>Nothing is wrong, and what is expected is there.</summary>
    Whole,

    /// <summary>It is damaged, or was not closed.</summary>
    Damaged,

    /// <summary>What is expected of it is not there: a head, a signature, a seal (T56).</summary>
    NotAsExpected,

    /// <summary>It is not what was written (T56).</summary>
    Tampered,
}

/// <summary>Kinds of what a verifier reports beside damage (<see cref="DamageCode"/>).</summary>
public enum SealCode
{
    /// <summary>The trace has no END. It counts as damage.</summary>
    NotClosed,

    /// <summary>A CHECKPOINT that is not true of the bytes before it.</summary>
    Checkpoint,

    /// <summary>A frame behind the last CHECKPOINT of a closed trace, or one that is no CHECKPOINT behind the first one
    /// behind END.</summary>
    Unsealed,

    /// <summary>A signature that says to be an expected key's and does not verify.</summary>
    Signature,

    /// <summary>An expected key has not signed the whole trace.</summary>
    NotSigned,

    /// <summary>A seal is expected, and no CHECKPOINT that holds stands behind END.</summary>
    NoSeal,

    /// <summary>The expected head is not the trace's.</summary>
    Head,
}

/// <summary>Something that is wrong with a trace.</summary>
/// <param name="Code">The name of a <see cref="DamageCode"/> or of a <see cref="SealCode"/>.</param>
/// <param name="Offset">Where, in bytes from the beginning of the file; its length for what is missing at the end.</param>
/// <param name="Message">What, in words.</param>
/// <param name="IsTampering">Whether it is more than damage (T56).</param>
public sealed record TraceProblem(string Code, long Offset, string Message, bool IsTampering);

/// <summary>A signature of a CHECKPOINT.</summary>
/// <param name="Name">The key's name, as the line has it; no signature speaks for it.</param>
/// <param name="IsValid">True when an expected key verifies it and its CHECKPOINT holds; null when it is of none of the
/// expected keys.</param>
public sealed record TraceSignature(string Name, bool? IsValid);

/// <summary>What a verifier found.</summary>
public sealed record TraceVerification
{
    /// <summary>The most <see cref="Signatures"/>, and <see cref="Problems"/>: a file must not ask for millions.</summary>
    public const int MaxProblems = 1000;

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public required string TraceId { get; init; }

    /// <summary>What to think of it, by the problems.</summary>
    public TraceVerdict Verdict =>
        Problems.Any(p => p.IsTampering && !IsExpectation(p.Code)) ? TraceVerdict.Tampered
        : Problems.Any(p => p.IsTampering) ? TraceVerdict.NotAsExpected
        : Problems.IsEmpty ? TraceVerdict.Whole
        : TraceVerdict.Damaged;

    static bool IsExpectation(string code) =>
        code is nameof(SealCode.NoSeal) or nameof(SealCode.NotSigned) or nameof(SealCode.Head);

    /// <summary>Whether the trace has an END.</summary>
    public required bool Closed { get; init; }

    /// <summary>Frames that are whole, those too that are not read.</summary>
    public required long Frames { get; init; }

    /// <summary>Events that were read.</summary>
    public required long Events { get; init; }

    /// <summary>Whether the trace is closed and its last CHECKPOINT, behind END, holds for every byte before it.</summary>
    public required bool Sealed { get; init; }

    /// <summary>The head of the last CHECKPOINT that holds (T55); null without one.</summary>
    public required TraceHead? Head { get; init; }

    /// <summary>The signatures of all CHECKPOINTs, in their order; of very many the first
    /// <see cref="MaxProblems"/>.</summary>
    public required ImmutableArray<TraceSignature> Signatures { get; init; }

    /// <summary>What is wrong, in the order in which it was found; of very many the first <see cref="MaxProblems"/>, and
    /// the first one that is tampering.</summary>
    public required ImmutableArray<TraceProblem> Problems { get; init; }

    /// <summary>How many more problems there are than are listed.</summary>
    public required long FurtherProblems { get; init; }
}

/// <summary>What is expected of a trace.</summary>
public sealed record TraceExpectations
{
    /// <summary>True when it must be sealed.</summary>
    public bool Seal { get; init; }

    /// <summary>The head that it must have, or have had before CHECKPOINTs were added; null for any.</summary>
    public TraceHead? Head { get; init; }

    /// <summary>The keys each of which must have signed it; the public half is enough.</summary>
    public ImmutableArray<SealKey> Keys { get; init; } = [];

    /// <summary>Whether any seal is expected.</summary>
    internal bool Any => Seal || Head is not null || !Keys.IsEmpty;
}
