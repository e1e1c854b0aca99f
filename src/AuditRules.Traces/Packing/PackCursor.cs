using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// One trace while it is packed: the events of its current frame, with the times of the first trace's clock and processes
/// of the new trace. Records are written when the frame behind them is reached.
/// </summary>
sealed class PackCursor : EventRows, IDisposable
{
    readonly PackSource _source;
    readonly TraceReader _reader;
    readonly TraceWriter _writer;
    readonly LossTally _losses;
    readonly Int128 _shift;
    readonly int _firstProcess;
    readonly HashSet<int>? _begun;
    int _again;
    EventFrame? _frame;
    TraceTotals? _end;
    int _row;

    /// <summary>Goes to the trace's first event.</summary>
    /// <param name="source">The trace.</param>
    /// <param name="writer">Where its records go.</param>
    /// <param name="clockOffset">The new trace's.</param>
    /// <param name="firstProcess">The number of the trace's process 0 in the new trace.</param>
    /// <param name="begun">The processes of the new trace of which the beginning was written, by a part before; grows. Null
    /// where there is none before or behind.</param>
    /// <param name="told">Told of damage.</param>
    public PackCursor(
        PackSource source,
        TraceWriter writer,
        long clockOffset,
        int firstProcess,
        HashSet<int>? begun,
        Action<RecoveredDamage> told
    )
    {
        _begun = begun;
        _source = source;
        _writer = writer;
        _shift = (Int128)clockOffset - source.ClockOffset;
        _firstProcess = firstProcess;
        _losses = new LossTally(Add, told);
        source.Stream.Position = source.Start;
        _reader = new TraceReader(source.Stream, new() { Validate = true, LeaveOpen = true });
        ReadFrame();
    }

    /// <summary>False behind the last event.</summary>
    public bool HasEvent => _frame is not null;

    /// <summary>The event where the cursor stands.</summary>
    public EventView Event => new(this, 0);

    /// <summary>How many LOSS records there are: the trace's own, and of its damage.</summary>
    public long Losses => _losses.Told + _losses.Added;

    /// <summary>The time of the last event that was passed; 0 before the first.</summary>
    public long LastTime { get; private set; }

    /// <summary>What the trace's END says, with what was lost with damage; -1 where there is no END.</summary>
    public TraceTotals Totals =>
        new(
            0,
            Math.Max(0, (_end?.Processes ?? (int)Math.Min(_source.Processes, int.MaxValue)) - _again),
            _end?.Raised ?? -1,
            _end?.Filtered ?? -1,
            _losses.Total(_end)
        );

    /// <inheritdoc/>
    public override int Count => HasEvent ? 1 : 0;

    /// <summary>Goes to the next event.</summary>
    public void Advance()
    {
        LastTime = Shift(_frame!.GetTime(_row));
        if (++_row == _frame.Count)
            ReadFrame();
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <inheritdoc/>
    public override string GetName(int row) => _frame!.GetName(_row);

    /// <inheritdoc/>
    public override int GetArgumentCount(int row) => _frame!.GetArgumentCount(_row);

    /// <inheritdoc/>
    public override Value GetArgument(int row, int index) => _frame!.GetArgument(_row, index);

    /// <inheritdoc/>
    public override long GetTime(int row) => Shift(_frame!.GetTime(_row));

    /// <inheritdoc/>
    public override long GetOrdinal(int row) => _frame!.GetOrdinal(_row);

    /// <inheritdoc/>
    public override int GetProcess(int row) => Renumber(_frame!.GetProcess(_row));

    /// <inheritdoc/>
    public override int GetPid(int row) => _frame!.GetPid(_row);

    /// <inheritdoc/>
    public override long GetThread(int row) => _frame!.GetThread(_row);

    /// <inheritdoc/>
    public override Caller? GetCaller(int row) => _frame!.GetCaller(_row);

    void ReadFrame()
    {
        _frame = null;
        _row = 0;
        while (_reader.Read() is { } item)
        {
            switch (item)
            {
                case DamageItem damage:
                    _losses.Note(damage);
                    break;
                case EventsItem events:
                    _losses.Settle(item.Offset, events.Summary.FirstOrdinal, events.Summary.FirstTime);
                    _losses.Pass(events.Summary);
                    _frame = events.Frame;
                    return;
                case ProcessItem process:
                    _losses.Add(item.Offset, () => Add(process.Record));
                    break;
                case LossItem loss:
                    _losses.Tell(loss.Record);
                    _losses.Add(item.Offset, () => Add(loss.Record));
                    break;
                case EndItem found:
                    _end = found.Totals;
                    _losses.Settle(item.Offset, _end.Events, 0);
                    break;
            }
        }

        _losses.Finish(_reader.Position, _end is not null);
    }

    void Add(ProcessRecord record)
    {
        var process = Renumber(record.Process);
        var isBeginning = record.Change is ProcessChange.Start or ProcessChange.Fork or ProcessChange.Exec;
        if (isBeginning && _begun?.Add(process) == false)
        {
            _again++;
            return;
        }

        _writer.Add(
            record with
            {
                Process = process,
                Parent = Renumber(record.Parent),
                Time = ShiftKnown(record.Time),
            }
        );
    }

    void Add(LossRecord record) =>
        _writer.Add(
            record with
            {
                Process = Renumber(record.Process),
                From = ShiftKnown(record.From),
                To = ShiftKnown(record.To),
            }
        );

    // Clamped, so that the order stays whatever a trace made by hand says.
    long Shift(long time) => (long)Int128.Clamp(time + _shift, long.MinValue, long.MaxValue);

    // A record says 0 where it does not know the time.
    long ShiftKnown(long time) => time == 0 ? 0 : Shift(time);

    int Renumber(int process) =>
        process < 0 ? process
        : process < _source.Processes ? process + _firstProcess
        : throw new TraceFormatException(
            TraceFormatError.StillWritten,
            _reader.Position,
            "the trace has grown since it was looked at: it is still written"
        );
}
