namespace AuditRules.Traces;

/// <summary>
/// Grows the tree of a trace while it is read, and holds CHECKPOINTs, signatures and an expected head against it (T56).
/// </summary>
sealed class SealCheck(TraceExpectations expected, SealCheck.Report report) : IDisposable
{
    readonly MerkleTree _tree = new();
    readonly HashSet<SealKey> _signers = [];
    string _origin = "";
    TraceHead? _before;
    TraceHead? _atExpected;
    (long Leaf, long Offset) _lastOther;
    long _lastCheckpoint = -1;
    long _closing = -1;
    bool _ended;
    bool _unknown;

    /// <summary>Takes note of what is wrong.</summary>
    public delegate void Report(SealCode code, long offset, string message, bool isTampering = true);

    /// <summary>Whether the trace is sealed; known at the end.</summary>
    public bool Holds { get; private set; }

    /// <summary>The head of the last CHECKPOINT that holds.</summary>
    public TraceHead? Head { get; private set; }

    public List<TraceSignature> Signatures { get; } = [];

    public Checkpoint NextCheckpoint(UInt128 traceId) => Checkpoint.Of(traceId, _tree);

    public void Begin(ReadOnlySpan<byte> preamble) => AddLeaf(preamble, []);

    /// <summary>The next leaf. What a CHECKPOINT says is held against the tree when it comes as an item: damage that
    /// lies before it has come by then.</summary>
    public void See(in FrameHeader header, ReadOnlySpan<byte> payload, long offset, UInt128 traceId)
    {
        if (header.Type == FrameType.Checkpoint)
        {
            _origin = Checkpoint.OriginOf(traceId);
            _before = TraceHead.Of(_tree);
            _lastCheckpoint = _tree.Count;
            if (_ended && _closing < 0)
                _closing = _tree.Count;
            Holds = false;
        }
        else
        {
            _lastOther = (_tree.Count, offset);
        }

        Span<byte> start = stackalloc byte[FrameHeader.Length];
        header.Write(start);
        AddLeaf(start, payload);
    }

    /// <summary>The next item, in the order of the file.</summary>
    public void Pass(TraceItem item)
    {
        switch (item)
        {
            case DamageItem damage:
                Damaged(damage);
                break;
            case EndItem:
                _ended = true;
                break;
            case CheckpointItem checkpoint:
                Check(checkpoint);
                break;
        }
    }

    /// <summary>Behind bytes that are missing or not as they were, nobody can tell what the tree was. A frame that breaks
    /// the format under checksums that hold is a leaf as any other, and so is a whole one behind END.</summary>
    void Damaged(DamageItem damage) =>
        _unknown |=
            damage.Code is not (DamageCode.Malformed or DamageCode.Totals)
            && (damage.Code != DamageCode.AfterEnd || damage.Offset != _lastOther.Offset);

    void Check(CheckpointItem item)
    {
        var checkpoint = item.Checkpoint;
        var isTrue = checkpoint.Origin == _origin && checkpoint.Head == _before;
        if (!isTrue && !_unknown)
            report(SealCode.Checkpoint, item.Offset, Difference(checkpoint));
        var holds = isTrue && !_unknown;
        Holds = holds;
        if (holds)
            Head = checkpoint.Head;
        if (checkpoint.Signatures.IsEmpty)
            return;
        var digest = SealKey.Digest(checkpoint.Body);
        foreach (var line in checkpoint.Signatures)
            CheckSignature(line, digest, holds, item.Offset);
    }

    /// <summary>What can be said only when all was seen.</summary>
    public void Finish(long length, bool closed)
    {
        // A signature is of what stands before it: behind the first CHECKPOINT that closes the trace nothing may come
        // but more of them.
        var seal = _closing >= 0 ? _closing : _lastCheckpoint;
        var isBehind = seal >= 0 && _lastOther.Leaf > seal;
        Holds &= closed && !_unknown && !isBehind;
        if (closed && !_unknown && isBehind)
            report(
                SealCode.Unsealed,
                _lastOther.Offset,
                "a frame stands behind the CHECKPOINT that seals the trace"
            );
        if (!Holds && expected.Any)
            report(SealCode.NoSeal, length, "a seal is expected, and no CHECKPOINT that holds is at the end");
        foreach (var key in expected.Keys.Where(k => !Holds || !_signers.Contains(k)))
            report(SealCode.NotSigned, length, $"key {key.Id} has not signed the whole trace");
        if (expected.Head is { } head && Difference(head) is { } difference)
            report(SealCode.Head, length, difference);
    }

    public void Dispose() => _tree.Dispose();

    void AddLeaf(ReadOnlySpan<byte> start, ReadOnlySpan<byte> rest)
    {
        _tree.Add(start, rest);
        if (_tree.Count == expected.Head?.Leaves)
            _atExpected = TraceHead.Of(_tree);
    }

    void CheckSignature(string text, byte[] digest, bool holds, long offset)
    {
        if (!SignatureLine.TryParse(text, out var line))
        {
            List(new TraceSignature("", null));
            return;
        }

        var keys = expected.Keys.Where(k => k.IsOf(line)).ToArray();
        var signers = keys.Where(k => k.Verifies(line, digest)).ToArray();
        if (keys.Length > 0 && signers.Length == 0)
            report(SealCode.Signature, offset, $"the signature {line.Name} of key {keys[0].Id} is not valid");
        // Only one behind END is over the whole of the trace.
        if (holds && _ended)
            _signers.UnionWith(signers);
        List(new TraceSignature(line.Name, keys.Length == 0 ? null : holds && signers.Length > 0));
    }

    void List(TraceSignature signature)
    {
        if (Signatures.Count < TraceVerification.MaxProblems)
            Signatures.Add(signature);
    }

    string Difference(Checkpoint checkpoint)
    {
        if (checkpoint.Head is not { } head)
            return "the CHECKPOINT's body has not the form of one";
        if (checkpoint.Origin != _origin)
            return "the CHECKPOINT is of another trace";
        return head.Leaves != _before!.Leaves
            ? $"the CHECKPOINT counts {head.Leaves} leaves, {_before.Leaves} are there"
            : "the CHECKPOINT's root is not that of the bytes before it";
    }

    string? Difference(TraceHead head)
    {
        if (_unknown)
            return "the trace is damaged, so that it cannot have the expected head";
        if (_atExpected is null)
            return $"the expected head counts {head.Leaves} leaves, the trace has {_tree.Count}";
        if (_atExpected.Root != head.Root)
            return $"the expected head is of other bytes: the root over {head.Leaves} leaves is {_atExpected.Root}";
        return _lastOther.Leaf >= head.Leaves
            ? $"more than CHECKPOINTs stands behind the {head.Leaves} leaves of the expected head"
            : null;
    }
}
