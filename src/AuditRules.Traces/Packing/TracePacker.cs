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

    /// <summary>Both are the same part of one recording: events would be there twice.</summary>
    SamePart,

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
    /// <summary>The reason of the LOSS where a part of a recording is not among those that are packed (T62).</summary>
    public const string MissingPart = "missing-part";

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

        var all = PackSeries.Of(sources);
        if (all.Count > 1 && all.Sum(ProcessesOf) > int.MaxValue)
            return new(sources.Count - 1, 0, PackProblemKind.TooManyProcesses);

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

        foreach (var parts in PackSeries.Of(sources))
        {
            for (var i = 1; i < parts.Count; i++)
            {
                if (parts[i].Meta.Part <= PackSeries.LastPart(parts[i - 1]))
                    return new(Index(parts[i]), Index(parts[i - 1]), PackProblemKind.SamePart);
            }
        }

        return null;

        int Index(PackSource source)
        {
            var at = 0;
            while (!ReferenceEquals(sources[at], source))
                at++;
            return at;
        }
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
        var numbers = Enumerable.Range(0, sources.Count).ToDictionary(i => sources[i]);
        var series = new List<PackSeries>();
        try
        {
            var processes = 0L;
            foreach (var traces in PackSeries.Of(sources))
            {
                var first = (int)processes;
                processes += ProcessesOf(traces);
                series.Add(
                    new PackSeries(
                        traces,
                        writer,
                        (source, begun) =>
                            new PackCursor(
                                source,
                                writer,
                                sources[0].ClockOffset,
                                first,
                                begun,
                                damage => told?.Invoke(numbers[source], damage)
                            )
                    )
                );
            }

            Merge(series, writer);
            var totals = Sum([.. series.SelectMany(s => s.Totals)]) with
            {
                Continues = PackSeries.Of(sources).Exists(traces => traces[^1].Continues),
            };
            writer.Complete(totals);
            return new PackedTrace(
                writer.TraceId,
                totals with
                {
                    Events = writer.Events,
                    Lost = totals.Lost + writer.Lost,
                },
                series.Sum(s => s.Losses) + writer.Lost,
                writer.Head
            );
        }
        finally
        {
            series.ForEach(s => s.Dispose());
        }
    }

    // The parts of a recording have them in common.
    static long ProcessesOf(IEnumerable<PackSource> traces) => traces.Max(s => s.Processes);

    // Numbers of processes grow from series to series, so that of one time the earlier one comes first.
    static void Merge(List<PackSeries> series, TraceWriter writer)
    {
        var queue = new PriorityQueue<PackSeries, (long Time, int Number)>();
        for (var i = 0; i < series.Count; i++)
        {
            if (series[i].HasEvent)
                queue.Enqueue(series[i], (series[i].Event.Time, i));
        }

        while (queue.TryPeek(out var one, out var at))
        {
            writer.Add(one.Event);
            one.Advance();
            if (one.HasEvent)
                queue.DequeueEnqueue(one, (one.Event.Time, at.Number));
            else
                queue.Dequeue();
        }
    }

    static TraceTotals Sum(IReadOnlyCollection<TraceTotals> all) =>
        new(
            0,
            (int)Math.Min(all.Sum(t => (long)t.Processes), int.MaxValue),
            Sum(all, t => t.Raised),
            Sum(all, t => t.Filtered),
            Sum(all, t => t.Lost)
        );

    // What one trace did not count is not known of all.
    static long Sum(IReadOnlyCollection<TraceTotals> all, Func<TraceTotals, long> field)
    {
        var sum = Int128.Zero;
        foreach (var totals in all)
        {
            if (field(totals) is >= 0 and var count)
                sum += count;
            else
                return -1;
        }

        return (long)Int128.Min(sum, long.MaxValue / 2);
    }
}
