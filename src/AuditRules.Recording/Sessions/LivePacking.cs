using AuditRules.Recording.Packing;
using AuditRules.Recording.Segments;
using AuditRules.Recording.Spawning;

namespace AuditRules.Recording;

/// <summary>
/// Packs while the program runs, so that its segments do not fill the disk (docs/spec/segment.md, section 12). Until
/// the segments have grown by a step it only asks how large they are.
/// </summary>
internal sealed class LivePacking : IDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // A full disk, or a folder that is not there at the moment.
    static readonly TimeSpan PauseBeforePutAgain = TimeSpan.FromSeconds(2);

    readonly string _folder;
    readonly PackOptions _options;
    readonly long _step;
    readonly ManualResetEventSlim _stop = new();
    readonly Thread _thread;
    readonly PartDelivery? _parts;
    PackJournal? _journal;
    PackRun? _run;
    long _left;
    bool _hasFailed;

    /// <summary>Begins.</summary>
    /// <param name="folder">The folder of segments.</param>
    /// <param name="options">How the trace is made.</param>
    /// <param name="step">By how many bytes the segments may grow before something is packed.</param>
    /// <param name="journal">The journal of a recording in parts, begun before the program; else null.</param>
    /// <param name="parts">Where the parts of a recording in parts go; else null.</param>
    internal LivePacking(
        string folder,
        PackOptions options,
        long step,
        PackJournal? journal = null,
        PartDelivery? parts = null
    )
    {
        _folder = folder;
        _options = options;
        _step = step;
        (_journal, _parts) = (journal, parts);
        _run = parts is null ? null : new PackRun(journal!.Trace, options);
        _thread = new Thread(Work) { IsBackground = true, Name = "packing" };
        _thread.Start();
    }

    /// <summary>Packs what is left; the whole trace goes to the stream.</summary>
    /// <exception cref="IOException">The trace cannot be written. What was recorded is in the folder.</exception>
    internal PackResult Complete(Stream trace)
    {
        Stop();
        if (_parts is not null)
            return CompleteParts(_parts);
        // Without a journal of this session, what looks like one was made by the recorded program.
        if (_journal is null)
            return Packer.Pack(SegmentFile.In(_folder), trace, _options);
        // Where packing failed, as on a full disk, all is in the folder.
        if (_hasFailed || TryComplete() is not { } result)
            return Packer.Pack(_folder, trace, _options);
        _journal.Trace.Position = 0;
        _journal.Trace.CopyTo(trace);
        trace.Flush();
        return result;
    }

    public void Dispose()
    {
        Stop();
        DisposeRun();
        _journal?.Dispose();
        _stop.Dispose();
    }

    void DisposeRun()
    {
        try
        {
            _run?.Dispose();
        }
        catch (IOException)
        {
            // A full disk did not take the rest of a trace that is not used.
        }
    }

    PackResult CompleteParts(PartDelivery parts)
    {
        var segments = SegmentFile.In(_folder);
        if (_hasFailed)
        {
            DisposeRun();
            _run = parts.Restart(_folder, _options, segments);
        }

        while (true)
        {
            if (parts.IsPending)
            {
                parts.Put();
                parts.Next(_run!);
            }

            if (_run!.CompletePart(segments) is { } last)
                return parts.Finish(_run, last);
            parts.Commit(_run);
        }
    }

    PackResult? TryComplete()
    {
        try
        {
            return _run!.Complete(SegmentFile.In(_folder));
        }
        catch (IOException)
        {
            return null;
        }
    }

    void Stop()
    {
        _stop.Set();
        _thread.Join();
    }

    void Work()
    {
        try
        {
            while (!_stop.Wait(PauseNow()))
            {
                if (IsPending())
                    continue;
                if (_run is { HasMore: true } || IsPartOver() || SizeOf(_folder) >= _left + _step)
                    Round();
            }
        }
        catch (Exception)
        {
            // Whatever it is, it must not end the session while the program runs: what is left is packed at its end.
            _hasFailed = true;
        }
    }

    TimeSpan PauseNow() =>
        _parts is { IsPending: true } ? PauseBeforePutAgain
        : _run is { HasMore: true } ? TimeSpan.Zero
        : Pause;

    // Before the first round it is not known when the first part ends.
    bool IsPartOver() =>
        _parts is { Files.Limits.Time: not null } && (!_run!.HasBegun || Now() >= _run.PartEnds);

    // Segments stay where they are while a part has no place.
    bool IsPending()
    {
        if (_parts is not { IsPending: true })
            return false;
        try
        {
            _parts.Put();
        }
        catch (IOException)
        {
            // Tried again until the program ends, and said then.
            return true;
        }

        _parts.Next(_run!);
        return false;
    }

    static long Now() => LinuxCalls.ReadClock(LinuxCalls.ClockMonotonic);

    void Round()
    {
        _journal ??= PackJournal.Begin(_folder);
        _run ??= new PackRun(_journal.Trace, _options);
        var drained = _run.Round(Now, () => SegmentFile.In(_folder));
        if (!_run.HasBegun)
            return;
        // In this order: a session may be killed between any two of these.
        if (_parts is null)
            _journal.Commit(_run.TakeChanges());
        else
            _parts.Commit(_run);
        foreach (var segment in drained)
            File.Delete(Path.Combine(_folder, segment.Name));
        _ = IsPending();
        _left = SizeOf(_folder);
    }

    static long SizeOf(string folder)
    {
        var size = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + SegmentName.Extension))
        {
            try
            {
                size += file.LinkTarget is null ? file.Length : 0;
            }
            catch (FileNotFoundException)
            {
                // A process may take back what it could not make whole.
            }
        }

        return size;
    }
}
