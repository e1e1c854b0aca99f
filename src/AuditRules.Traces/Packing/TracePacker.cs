using AuditRules.Events;

namespace AuditRules.Traces;

/// <summary>What packing wrote.</summary>
/// <param name="TraceId">The new trace's id: 32 hexadecimal digits.</param>
/// <param name="Totals">Its totals, as END holds them.</param>
/// <param name="Losses">How many losses it tells of: those of the sources, and of their damage.</param>
/// <param name="Head">Its head (T55); null where the options ask for no CHECKPOINT.</param>
public sealed record PackedTrace(string TraceId, TraceTotals Totals, long Losses, TraceHead? Head);

/// <summary>Why traces cannot be packed into one.</summary>
/// <param name="Source">Which of them is not like the others, from 0.</param>
/// <param name="Other">Which of them it is compared with.</param>
/// <param name="Kind">What is wrong.</param>
public sealed record PackProblem(int Source, int Other, PackProblemKind Kind)
{
    /// <summary>The trace whose events both have; empty where it is not about that.</summary>
    public string Id { get; init; } = "";
}

/// <summary>Kinds of <see cref="PackProblem"/>.</summary>
public enum PackProblemKind
{
    /// <summary>It is the same trace: each event would be there twice.</summary>
    SameTrace,

    /// <summary>One was made of the other, or both were made of one: events would be there twice.</summary>
    SameEvents,

    /// <summary>It is not what was written (T56).</summary>
    Tampered,

    /// <summary>It does not say of which boot it is, so that its times cannot be compared.</summary>
    BootNotKnown,

    /// <summary>It is of another boot, so that its times cannot be compared.</summary>
    OtherBoot,

    /// <summary>All together have more processes than can be numbered.</summary>
    TooManyProcesses,

    /// <summary>What all together say of their recordings is larger than a frame.</summary>
    MetaTooLarge,
}

/// <summary>
/// Packs traces into one (T60, T61): events by (time, process, number in the process). One frame of each trace is in
/// memory at a time.
/// </summary>
public static class TracePacker
{
    /// <summary>Why the traces cannot be packed; null when they can.</summary>
    public static PackProblem? Check(IReadOnlyList<PackSource> sources)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Tampering is not null)
                return new(i, i, PackProblemKind.Tampered);
        }

        if (Same(sources) is { } same)
            return same;

        for (var i = 0; i < sources.Count && sources.Count > 1; i++)
        {
            if (sources[i].Meta.Boot.Length == 0)
                return new(i, 0, PackProblemKind.BootNotKnown);
            if (sources[i].Meta.Boot != sources[0].Meta.Boot)
                return new(i, 0, PackProblemKind.OtherBoot);
        }

        var processes = 0L;
        for (var i = 0; i < sources.Count; i++)
        {
            processes += sources[i].Processes;
            if (i > 0 && processes > int.MaxValue)
                return new(i, 0, PackProblemKind.TooManyProcesses);
        }

        return sources.Count == 0 || DerivedMeta.Fits(PackedMeta.Of(sources))
            ? null
            : new(sources.Count - 1, 0, PackProblemKind.MetaTooLarge);
    }

    // A trace that is recovered or cut has events of another one; a recovered one has its id.
    static PackProblem? Same(IReadOnlyList<PackSource> sources)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < sources.Count; i++)
        {
            var id = sources[i].TraceId;
            if (ids.TryGetValue(id, out var other))
                return new(
                    i,
                    other,
                    sources[other].TraceId == id ? PackProblemKind.SameTrace : PackProblemKind.SameEvents
                )
                {
                    Id = id,
                };
            foreach (var origin in sources[i].Meta.Sources.Distinct(StringComparer.Ordinal))
            {
                if (ids.TryGetValue(origin, out other))
                    return new(i, other, PackProblemKind.SameEvents) { Id = origin };
            }

            foreach (var one in sources[i].Meta.Sources.Append(id))
                ids[one] = i;
        }

        return null;
    }

    /// <summary>Packs traces of which <see cref="Check"/> finds no problem.</summary>
    /// <param name="sources">The traces, at least one; the first one's clock is the new trace's.</param>
    /// <param name="output">Where the new trace goes.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="told">Told of every place of a source that is not as it was written, with the source's number; null
    /// for nobody.</param>
    /// <exception cref="ArgumentException">The traces cannot be packed.</exception>
    /// <exception cref="TraceFormatException">A source has grown since it was looked at.</exception>
    public static PackedTrace Run(
        IReadOnlyList<PackSource> sources,
        Stream output,
        TraceWriterOptions? options = null,
        Action<int, RecoveredDamage>? told = null
    )
    {
        if (sources.Count == 0 || Check(sources) is not null)
            throw new ArgumentException("the traces cannot be packed", nameof(sources));
        using var writer = new TraceWriter(output, PackedMeta.Of(sources), options);
        var cursors = new List<PackCursor>(sources.Count);
        try
        {
            foreach (var source in sources)
            {
                var number = cursors.Count;
                cursors.Add(
                    new PackCursor(
                        source,
                        writer,
                        sources[0].ClockOffset,
                        (int)sources.Take(number).Sum(s => s.Processes),
                        damage => told?.Invoke(number, damage)
                    )
                );
            }

            Merge(cursors, writer);
            var totals = Sum(cursors);
            writer.Complete(totals);
            return new PackedTrace(
                writer.TraceId,
                totals with
                {
                    Events = writer.Events,
                    Lost = totals.Lost + writer.Lost,
                },
                cursors.Sum(c => c.Losses) + writer.Lost,
                writer.Head
            );
        }
        finally
        {
            cursors.ForEach(c => c.Dispose());
        }
    }

    // Numbers of processes grow from trace to trace, so that of one time the earlier trace comes first.
    static void Merge(List<PackCursor> cursors, TraceWriter writer)
    {
        var queue = new PriorityQueue<PackCursor, (long Time, int Source)>();
        for (var i = 0; i < cursors.Count; i++)
        {
            if (cursors[i].HasEvent)
                queue.Enqueue(cursors[i], (cursors[i].Event.Time, i));
        }

        while (queue.TryPeek(out var cursor, out var at))
        {
            writer.Add(cursor.Event);
            cursor.Advance();
            if (cursor.HasEvent)
                queue.DequeueEnqueue(cursor, (cursor.Event.Time, at.Source));
            else
                queue.Dequeue();
        }
    }

    static TraceTotals Sum(IReadOnlyCollection<PackCursor> cursors) =>
        new(
            0,
            (int)Math.Min(cursors.Sum(c => (long)c.Totals.Processes), int.MaxValue),
            Sum(cursors, t => t.Raised),
            Sum(cursors, t => t.Filtered),
            Sum(cursors, t => t.Lost)
        );

    // What one trace did not count is not known of all.
    static long Sum(IReadOnlyCollection<PackCursor> cursors, Func<TraceTotals, long> field)
    {
        var sum = Int128.Zero;
        foreach (var cursor in cursors)
        {
            if (field(cursor.Totals) is >= 0 and var count)
                sum += count;
            else
                return -1;
        }

        return (long)Int128.Min(sum, long.MaxValue / 2);
    }
}
