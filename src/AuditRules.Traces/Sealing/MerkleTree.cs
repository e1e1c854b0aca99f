using System.Security.Cryptography;

namespace AuditRules.Traces;

/// <summary>
/// The Merkle tree of RFC 9162, section 2.1, with SHA-256 (T49), built leaf by leaf. It holds one hash for each complete
/// subtree to the left, as many as the number of leaves has bits that are set, and never a leaf.
/// </summary>
sealed class MerkleTree : IDisposable
{
    public const int HashLength = 32;

    const byte LeafPrefix = 0;
    const byte NodePrefix = 1;

    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // The roots of complete subtrees, the largest, which is the leftmost, first.
    readonly byte[] _roots = new byte[64 * HashLength];
    int _held;

    /// <summary>The number of leaves.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a leaf that stands in two parts, as a frame's header and its payload.</summary>
    public void Add(ReadOnlySpan<byte> start, ReadOnlySpan<byte> rest)
    {
        _hash.AppendData([LeafPrefix]);
        _hash.AppendData(start);
        _hash.AppendData(rest);
        _hash.GetHashAndReset(Held(_held++));
        // Two subtrees of one size are one of the next size: as often as a binary counter carries.
        for (var carry = Count; (carry & 1) != 0; carry >>= 1)
        {
            Join(Held(_held - 2), Held(_held - 1), Held(_held - 2));
            _held--;
        }

        Count++;
    }

    /// <summary>The root over all leaves so far; of none the hash of nothing.</summary>
    public byte[] Root()
    {
        var root = new byte[HashLength];
        if (_held == 0)
        {
            _hash.GetHashAndReset(root);
            return root;
        }

        Held(_held - 1).CopyTo(root);
        for (var i = _held - 2; i >= 0; i--)
            Join(Held(i), root, root);
        return root;
    }

    public void Dispose() => _hash.Dispose();

    Span<byte> Held(int index) => _roots.AsSpan(index * HashLength, HashLength);

    void Join(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> node)
    {
        _hash.AppendData([NodePrefix]);
        _hash.AppendData(left);
        _hash.AppendData(right);
        _hash.GetHashAndReset(node);
    }
}
