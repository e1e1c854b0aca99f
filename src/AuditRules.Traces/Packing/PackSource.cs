using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>A trace that is to be packed with others, looked at once.</summary>
public sealed class PackSource
{
    PackSource(Stream stream, long start)
    {
        Stream = stream;
        Start = start;
    }

    /// <summary>The trace's id: 32 hexadecimal digits.</summary>
    public string TraceId { get; private init; } = "";

    /// <summary>That it is not what was written (T56); null where nothing shows that.</summary>
    public TraceProblem? Tampering { get; private set; }

    /// <summary>What it says of its recording; where that is lost, the clocks of its first event alone.</summary>
    public TraceMeta Meta { get; private set; } = new();

    /// <summary>The recording goes on in another part (T38).</summary>
    public bool Continues { get; private set; }

    internal Stream Stream { get; }

    /// <summary>Where in the stream the trace begins.</summary>
    internal long Start { get; }

    /// <summary>How many processes it has: 1 more than the highest ordinal.</summary>
    internal long Processes { get; private set; }

    internal long ClockOffset => unchecked(Meta.WallClock - Meta.MonotonicClock);

    /// <summary>Reads the trace once, as packing will: to know its clock and its processes.</summary>
    /// <param name="input">The trace, at its first byte; left open. It must be able to seek, since packing reads it again.
    /// </param>
    /// <exception cref="ArgumentException">The input cannot seek.</exception>
    /// <exception cref="TraceFormatException">The input is no trace, or needs what this reader does not know.</exception>
    public static PackSource Look(Stream input)
    {
        if (!input.CanSeek)
            throw new ArgumentException("the input cannot seek", nameof(input));
        var start = input.Position;
        using var reader = new TraceReader(
            input,
            new()
            {
                Validate = true,
                ChecksSeal = true,
                LeaveOpen = true,
            }
        );
        PackSource? source = null;
        var hasMeta = false;
        while (reader.Read() is { } item)
        {
            source ??= new PackSource(input, start) { TraceId = reader.TraceId };
            if (!hasMeta && RecoveredMeta.From(item) is { } meta)
            {
                source.Meta = meta;
                hasMeta = true;
            }

            source.Count(item);
        }

        source ??= new PackSource(input, start) { TraceId = reader.TraceId };
        source.Tampering = reader.Tampering;
        return source;
    }

    void Count(TraceItem item)
    {
        switch (item)
        {
            case ProcessItem process:
                Count(process.Record.Process);
                Count(process.Record.Parent);
                break;
            case LossItem loss:
                Count(loss.Record.Process);
                break;
            case EndItem end:
                Continues = end.Totals.Continues;
                break;
            case EventsItem { Frame: DataFrame frame }:
                Count(frame.MaxProcess());
                break;
        }
    }

    void Count(int process) => Processes = Math.Max(Processes, process + 1L);
}
