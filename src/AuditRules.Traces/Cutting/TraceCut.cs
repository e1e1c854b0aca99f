using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>
/// Writes a range of a trace into a new one: its events, and all records of processes and losses. A LOSS of reason
/// <c>cut</c> says what was left out, so that no rule is called clean for what it did not see.
/// </summary>
public static class TraceCut
{
    /// <summary>The reason of the LOSS that says what was left out.</summary>
    public const string LossReason = "cut";

    /// <summary>Cuts a trace that is closed and whole. The new trace has an id that follows from the old one and the range:
    /// the same cut gives the same bytes.</summary>
    /// <param name="input">The trace, read from its first byte to its last; left open.</param>
    /// <param name="output">Where the new one goes; left open. It is no trace where the result names a problem.</param>
    /// <param name="range">The events to keep.</param>
    /// <exception cref="TraceFormatException">The input is no trace, or needs what this reader does not know.</exception>
    public static CutTrace Run(Stream input, Stream output, TraceRange range)
    {
        using var reader = new TraceReader(input, new() { ChecksSeal = true, LeaveOpen = true });
        TraceWriter? writer = null;
        EndItem? end = null;
        var left = new LeftOut();
        try
        {
            foreach (var item in reader.ReadToEnd())
            {
                if (reader.Tampering is { } tampered)
                    return new(0, 0, null, tampered);
                if (item is DamageItem damage)
                    return new(0, 0, damage);
                if (item is MetaItem meta)
                    writer = new(
                        output,
                        DerivedMeta.Of(meta.Meta, "cut", reader.TraceId),
                        Options(reader.TraceId, range)
                    );
                else if (writer is null)
                    return new(0, 0, new(item.Offset, DamageCode.Malformed, "the trace has no META"));
                else if (item is EndItem last)
                    end = last;
                else if (Copy(item, writer, range, left) is { } problem)
                    return new(0, 0, problem);
            }

            if (reader.Tampering is { } tampering)
                return new(0, 0, null, tampering);
            if (writer is null || end is null)
                return new(
                    0,
                    0,
                    new(input.CanSeek ? input.Length : 0, DamageCode.Truncated, "it is not closed")
                );
            left.WriteTo(writer);
            // What was left out on purpose is no loss of the recorder's. Bounded, whatever END says: the writer adds what it
            // loses itself.
            writer.Complete(end.Totals with { Lost = Math.Clamp(end.Totals.Lost, 0, long.MaxValue / 2) });
            return new(writer.Events, left.Count, null) { Head = writer.Head };
        }
        finally
        {
            writer?.Dispose();
        }
    }

    static DamageItem? Copy(TraceItem item, TraceWriter writer, TraceRange range, LeftOut left)
    {
        switch (item)
        {
            case ProcessItem process:
                writer.Add(process.Record);
                break;
            case LossItem loss:
                writer.Add(loss.Record);
                break;
            case EventsItem { Frame: DataFrame frame } events:
                try
                {
                    Copy(frame, writer, range, left);
                }
                catch (TraceFormatException e) when (e.Code == TraceFormatError.MalformedColumn)
                {
                    return new(events.Offset, DamageCode.Malformed, e.Message, frame.Count);
                }

                break;
        }

        return null;
    }

    static void Copy(DataFrame frame, TraceWriter writer, TraceRange range, LeftOut left)
    {
        // A frame without events of the range is not decoded.
        if (range.IsBehind(frame.Summary) || range.EndsBefore(frame.Summary))
        {
            (range.IsBehind(frame.Summary) ? left.Before : left.Behind).Add(
                frame.Count,
                frame.FirstTime,
                frame.LastTime
            );
            return;
        }

        frame.Validate();
        var (first, end) = range.RowsOf(frame);
        for (var row = first; row < end; row++)
            writer.Add(new EventView(frame, row));
        if (first > 0)
            left.Before.Add(first, frame.FirstTime, frame.GetTime(first - 1));
        if (end < frame.Count)
            left.Behind.Add(frame.Count - end, frame.GetTime(end), frame.LastTime);
    }

    // Who does not know the old id, as a recorded program, does not know the new one either (T4).
    static TraceWriterOptions Options(string id, TraceRange range)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"cut {id} {range.FromOrdinal} {range.ToOrdinal} {range.FromTime} {range.ToTime}"
        );
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(text));
        return new() { LeaveOpen = true, TraceId = BinaryPrimitives.ReadUInt128BigEndian(hash) };
    }

    // Before and behind the range apart: what lies in it was not left out.
    sealed class LeftOut
    {
        public Side Before { get; } = new();

        public Side Behind { get; } = new();

        public long Count => Before.Count + Behind.Count;

        public void WriteTo(TraceWriter writer)
        {
            foreach (var side in new[] { Before, Behind }.Where(s => s.Count > 0))
                writer.Add(new LossRecord(-1, LossReason, side.Count, side.From, side.To, []));
        }
    }

    sealed class Side
    {
        public long Count { get; private set; }

        public long From { get; private set; }

        public long To { get; private set; }

        public void Add(long count, long from, long to)
        {
            From = Count == 0 ? from : From;
            To = to;
            Count += count;
        }
    }
}
