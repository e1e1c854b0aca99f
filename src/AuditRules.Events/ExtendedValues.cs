using System.Collections.Immutable;

namespace AuditRules.Events;

/// <summary>A value that was cut by a limit of the recorder.</summary>
/// <param name="Kind">The kind of the whole value: <see cref="ValueKind.Str"/>, <see cref="ValueKind.Bytes"/>,
/// <see cref="ValueKind.List"/>, <see cref="ValueKind.Map"/> or <see cref="ValueKind.BigInt"/>.</param>
/// <param name="Length">The length of the whole value: bytes of text or bytes, items of a list or map.</param>
/// <param name="Digest">A digest of the whole value as the recorder computed it; empty when it computed none.</param>
/// <param name="Head">What was kept: the beginning of the value, of the same kind.</param>
public sealed record TruncatedValue(ValueKind Kind, long Length, ImmutableArray<byte> Digest, Value Head)
{
    /// <inheritdoc/>
    public bool Equals(TruncatedValue? other) =>
        other is not null
        && Kind == other.Kind
        && Length == other.Length
        && Digest.AsSpan().SequenceEqual(other.Digest.AsSpan())
        && Head.Equals(other.Head);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Length, Head);
}

/// <summary>An object that is not a plain value. Nothing of the recorded program was called to describe it.</summary>
/// <param name="Type">The name of its type, as <c>socket</c> or <c>module.Class</c>.</param>
/// <param name="Identity">Distinguishes objects that live at the same time in one process (an address).</param>
/// <param name="Facts">Safe facts in the recorder's order, as a socket's <c>fd</c> and <c>family</c>.</param>
public sealed record ObjectValue(
    string Type,
    long Identity,
    ImmutableArray<KeyValuePair<string, Value>> Facts
)
{
    /// <summary>The fact of that name, or nil.</summary>
    public Value this[string fact]
    {
        get
        {
            foreach (var (name, value) in Facts)
            {
                if (name == fact)
                    return value;
            }

            return default;
        }
    }

    /// <inheritdoc/>
    public bool Equals(ObjectValue? other) =>
        other is not null
        && Type == other.Type
        && Identity == other.Identity
        && Facts.AsSpan().SequenceEqual(other.Facts.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Identity, Facts.Length);
}

/// <summary>A secret that was taken out. The same secret has the same pseudonym within one recording.</summary>
/// <param name="Kind">Why it was taken out, as <c>env</c>, <c>url</c>, <c>token</c>.</param>
/// <param name="Length">The length of the secret in bytes.</param>
/// <param name="Pseudonym">Stands for the secret; keyed, so that the secret cannot be found by guessing.</param>
public sealed record RedactedValue(string Kind, long Length, string Pseudonym);
