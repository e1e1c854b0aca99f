using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// Writes what can be read of a damaged or unclosed trace into a new, closed one of the same id (T57 to T59). One input
/// gives the same bytes each time, and what was written gives itself. Memory is bounded by a frame.
/// </summary>
public sealed class TraceRecovery
{
    readonly TraceReader _reader;
    readonly TraceWriter _writer;
    readonly LossTally _losses;
    int _processes;

    TraceRecovery(TraceReader reader, TraceWriter writer, Action<RecoveredDamage> told)
    {
        _reader = reader;
        _writer = writer;
        _losses = new LossTally(writer.Add, told);
    }

    /// <summary>Recovers a trace.</summary>
    /// <param name="input">The trace, at its first byte; it is read twice, and left open.</param>
    /// <param name="output">Where the new trace goes; left open.</param>
    /// <param name="told">Told of every place that is not as it was written, in the order of the file; null for
    /// nobody.</param>
    /// <exception cref="ArgumentException">The input cannot seek.</exception>
    /// <exception cref="TraceFormatException">The input is no trace, or needs what this reader does not know.</exception>
    public static RecoveredTrace Run(Stream input, Stream output, Action<RecoveredDamage>? told = null)
    {
        if (!input.CanSeek)
            throw new ArgumentException("the input cannot seek", nameof(input));
        var start = input.Position;
        var meta = RecoveredMeta.Of(input, out var id);
        input.Position = start;
        using var reader = new TraceReader(
            input,
            new()
            {
                Validate = true,
                ChecksSeal = true,
                LeaveOpen = true,
            }
        );
        using var writer = new TraceWriter(output, meta, new() { TraceId = id, LeaveOpen = true });
        return new TraceRecovery(reader, writer, told ?? (static _ => { })).Run();
    }

    RecoveredTrace Run()
    {
        TraceTotals? end = null;
        while (_reader.Read() is { } item)
        {
            switch (item)
            {
                case DamageItem damage:
                    _losses.Note(damage);
                    break;
                case EventsItem events:
                    _losses.Settle(item.Offset, events.Summary.FirstOrdinal, events.Summary.FirstTime);
                    Copy((DataFrame)events.Frame!);
                    _losses.Pass(events.Summary);
                    break;
                case ProcessItem process:
                    _processes = Math.Max(
                        _processes,
                        (int)Math.Min(process.Record.Process + 1L, int.MaxValue)
                    );
                    _losses.Add(item.Offset, () => _writer.Add(process.Record));
                    break;
                case LossItem loss:
                    _losses.Tell(loss.Record);
                    _losses.Add(item.Offset, () => _writer.Add(loss.Record));
                    break;
                case EndItem found:
                    end = found.Totals;
                    _losses.Settle(item.Offset, end.Events, 0);
                    break;
            }
        }

        _losses.Finish(_reader.Position, end is not null);
        var totals = new TraceTotals(
            _writer.Events,
            end?.Processes ?? _processes,
            end?.Raised ?? -1,
            end?.Filtered ?? -1,
            _losses.Total(end)
        )
        {
            Continues = end?.Continues ?? false,
        };
        _writer.Complete(totals);
        return new RecoveredTrace(
            _reader.TraceId,
            totals with
            {
                Events = _writer.Events,
                Lost = totals.Lost + _writer.Lost,
            },
            end is not null,
            _losses.Added + _writer.Lost,
            _reader.Tampering
        )
        {
            Head = _writer.Head,
        };
    }

    /// <summary>Copies a frame as one of its own, compressed as it was.</summary>
    void Copy(DataFrame frame)
    {
        _writer.Codec = frame.Codec;
        for (var row = 0; row < frame.Count; row++)
        {
            _processes = Math.Max(_processes, (int)Math.Min(frame.GetProcess(row) + 1L, int.MaxValue));
            _writer.Add(new EventView(frame, row));
        }

        _writer.Flush();
    }
}
