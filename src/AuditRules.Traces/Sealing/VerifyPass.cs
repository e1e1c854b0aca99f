namespace AuditRules.Traces;

/// <summary>One pass over a trace: what the reader tells, and the seal beside it.</summary>
sealed class VerifyPass : IDisposable
{
    readonly TraceReader _reader;
    readonly SealCheck _seal;
    readonly IndexCheck _index = new();
    readonly List<TraceProblem> _problems = [];
    long _frames;
    long _events;
    long _further;
    bool _damaged;

    public VerifyPass(Stream trace, TraceExpectations expected)
    {
        // The preamble is the tree's first leaf, and the reader that has it calls back for the others.
        _reader = new TraceReader(
            trace,
            new TraceReaderOptions
            {
                Validate = true,
                LeaveOpen = true,
                Seen = See,
            }
        );
        _seal = new SealCheck(expected, Tell);
        _seal.Begin(_reader.PreambleBytes);
    }

    public TraceVerification Run(Action<TraceItem>? seen)
    {
        foreach (var item in _reader.ReadToEnd())
        {
            Check(item);
            seen?.Invoke(item);
        }

        if (!_reader.Closed)
            Tell(SealCode.NotClosed, _reader.Position, "the trace was not closed: it has no END", false);
        _seal.Finish(_reader.Position, _reader.Closed);
        return new TraceVerification
        {
            TraceId = _reader.TraceId,
            Closed = _reader.Closed,
            Frames = _frames,
            Events = _events,
            Sealed = _seal.Holds,
            Head = _seal.Head,
            Signatures = [.. _seal.Signatures],
            Problems = [.. _problems],
            FurtherProblems = _further,
        };
    }

    public UInt128 TraceId => _reader.Id;

    /// <summary>The CHECKPOINT, not signed, that a trace could have behind what was read.</summary>
    public Checkpoint NextCheckpoint() => _seal.NextCheckpoint(_reader.Id);

    public void Dispose()
    {
        _seal.Dispose();
        _reader.Dispose();
    }

    /// <summary>Every whole frame, before the reader interprets it. Checks of a frame's bytes belong here.</summary>
    void See(in FrameHeader header, ReadOnlySpan<byte> payload, long offset)
    {
        _frames++;
        _seal.See(header, payload, offset, _reader.Id);
        if (header.Type == FrameType.Index)
            _index.See(payload, offset);
    }

    /// <summary>Every item, in the order of the file. Checks of what frames say belong here.</summary>
    void Check(TraceItem item)
    {
        _seal.Pass(item);
        switch (item)
        {
            case DamageItem damage:
                Add(new TraceProblem($"{damage.Code}", damage.Offset, damage.Message, false));
                _damaged = true;
                break;
            case EventsItem events:
                _events += events.Summary.Count;
                _index.Pass(events);
                break;
            case EndItem end:
                CheckIndex(end);
                break;
        }
    }

    // Of frames that are damaged or gone the INDEX says what is no longer so.
    void CheckIndex(EndItem end)
    {
        if (!_damaged && _index.Problem(end) is { } why)
            Add(
                new TraceProblem($"{DamageCode.Index}", end.Index, $"the index cannot be used: {why}", false)
            );
    }

    void Tell(SealCode code, long offset, string message, bool isTampering = true) =>
        Add(new TraceProblem($"{code}", offset, message, isTampering));

    // The first of each kind that the verdict goes by is always among them.
    void Add(TraceProblem problem)
    {
        if (
            _problems.Count < TraceVerification.MaxProblems
            || (problem.IsTampering && !_problems.Exists(p => p.IsTampering))
        )
            _problems.Add(problem);
        else
            _further++;
    }
}
