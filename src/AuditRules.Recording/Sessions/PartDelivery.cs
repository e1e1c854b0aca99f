using AuditRules.Events;
using AuditRules.Recording.Packing;

namespace AuditRules.Recording;

/// <summary>
/// Puts the parts of a recording into their places, one after the other (docs/spec/segment.md, S54 and S55). At every
/// moment the log in the folder, and what is in its place, say together which events are written.
/// </summary>
internal sealed class PartDelivery(PartFiles files, PackJournal journal)
{
    readonly List<RecordedPart> _parts = [];
    int _part = 1;
    PackResult? _closed;
    PackResult? _sum;
    bool _isPut;

    /// <summary>The parts that are in their places.</summary>
    internal IReadOnlyList<RecordedPart> Parts => _parts;

    /// <summary>Where parts go, and when they end.</summary>
    internal PartFiles Files => files;

    /// <summary>A part is closed, and the next one is not begun.</summary>
    internal bool IsPending => _closed is not null;

    /// <summary>Commits what was packed; closes the part when it is full.</summary>
    internal void Commit(PackRun run)
    {
        if (run.IsPartFull)
            _closed = run.ClosePart();
        journal.Commit(run.TakeChanges(), StateOf(run));
    }

    /// <summary>Puts the closed part into its place.</summary>
    /// <exception cref="IOException">That cannot be done now. It can be tried again.</exception>
    internal void Put()
    {
        if (_isPut || _closed is not { } closed)
            return;
        files.Put(journal.Trace, _part);
        _isPut = true;
        _parts.Add(new RecordedPart(_part, files.PathOf(_part), closed.Totals.Events, closed.Head));
        if (files.Drop(_part))
            _parts.RemoveAt(0);
        _sum = _sum is { } sum ? Add(sum, closed) : closed;
    }

    /// <summary>Begins the part behind the one that was put.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal void Next(PackRun run)
    {
        var trace = journal.NextTrace();
        run.BeginPart(trace);
        Turn(run, trace, _part + 1);
    }

    /// <summary>Closes the last part and puts it into its place. Gives what all parts together are.</summary>
    /// <exception cref="IOException">That cannot be done.</exception>
    internal PackResult Finish(PackRun run, PackResult last)
    {
        _closed = last;
        journal.Commit(run.TakeChanges(), StateOf(run));
        Put();
        return _sum!;
    }

    /// <summary>Goes on with what was committed, where packing had failed.</summary>
    /// <exception cref="IOException">The folder cannot be read or written, or a closed part not be put.</exception>
    internal PackRun Restart(string folder, PackOptions options, IReadOnlyList<Segments.SegmentFile> segments)
    {
        Put();
        using var left = PackedPart.Open(folder);
        var trace = journal.NextTrace();
        var run = new PackRun(trace, options);
        if (left is not null)
            run.Resume(left, segments);
        Turn(run, trace, left?.State?.Part ?? _part);
        return run;
    }

    void Turn(PackRun run, FileStream trace, int part)
    {
        (_part, _closed, _isPut) = (part, null, false);
        journal.Turn(trace, run.All(), StateOf(run));
    }

    PartState StateOf(PackRun run) =>
        run.Describe(
            new PartState
            {
                Part = _part,
                Target = files.PathOf(_part),
                IsClosed = _closed is not null,
                Head = _closed?.Head?.ToString() ?? "",
            }
        );

    static PackResult Add(PackResult sum, PackResult part) =>
        part with
        {
            Totals = new TraceTotals(
                sum.Totals.Events + part.Totals.Events,
                part.RecordedProcesses,
                sum.Totals.Raised + part.Totals.Raised,
                sum.Totals.Filtered + part.Totals.Filtered,
                sum.Totals.Lost + part.Totals.Lost
            ),
            Losses = [.. sum.Losses, .. part.Losses],
            Suspicions = [.. sum.Suspicions, .. part.Suspicions],
        };
}
