using AuditRules.Detection.Findings;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The findings of one rule. Of each kind the first are kept, so that none takes a place from another kind: a finding in
/// doubt none from one that is certain (R107).
/// </summary>
/// <param name="limit">How many are kept of each kind.</param>
/// <param name="unseen">What the recording may lack; null when only the end tells.</param>
sealed class RuleFindings(int limit, Unseen? unseen)
{
    readonly List<Made> _suppressed = [];
    readonly List<Made> _certain = [];
    readonly List<Made> _doubtful = [];
    readonly List<Made> _open = []; // judged at the end
    long _openBeyond;
    long _made;

    /// <summary>How many the rule suppresses.</summary>
    public long Suppressed { get; private set; }

    /// <summary>How many are certain.</summary>
    public long Certain { get; private set; }

    /// <summary>How many are in doubt.</summary>
    public long Doubtful { get; private set; }

    /// <summary>Why the first one in doubt is; null for none.</summary>
    public string? Doubt => _doubtful is [var first, ..] ? first.Finding.DoubtedBy : null;

    /// <summary>True when some of those that were not kept were never judged, and may be certain.</summary>
    public bool AreUnjudged { get; private set; }

    public void Add(Found found, long time, long ordinal)
    {
        var made = new Made(found.Finding, found.Doubts, time, ordinal, _made++);
        if (found.Finding.State == FindingState.Suppressed)
        {
            Suppressed++;
            Keep(_suppressed, made);
        }
        else if (found.Doubts is null || unseen is not null)
        {
            Judge(made, unseen);
        }
        else if (!Keep(_open, made))
        {
            _openBeyond++;
        }
    }

    /// <summary>Judges those that had to wait for the end.</summary>
    public void Complete(Unseen told)
    {
        foreach (var made in _open)
            Judge(made, told);
        _open.Clear();
        for (var i = 0; i < _suppressed.Count; i++)
        {
            if (told.Reason(_suppressed[i].Doubts) is { } reason)
                _suppressed[i] = _suppressed[i] with { Finding = _suppressed[i].Finding.Doubt(reason) };
        }

        // Of those beyond nothing is known: they are in doubt where one is that was kept.
        if (_openBeyond == 0)
            return;
        AreUnjudged = _doubtful.Count > 0;
        if (AreUnjudged)
            Doubtful += _openBeyond;
        else
            Certain += _openBeyond;
        _openBeyond = 0;
    }

    /// <summary>What is reported: of those that are not suppressed the certain ones first, up to the limit.</summary>
    public IEnumerable<Made> Kept() =>
        _certain.OrderBy(m => m.Number).Concat(_doubtful).Take(limit).Concat(_suppressed);

    void Judge(Made made, Unseen? known)
    {
        if (known?.Reason(made.Doubts) is { } reason)
        {
            Doubtful++;
            Keep(_doubtful, made with { Finding = made.Finding.Doubt(reason) });
        }
        else
        {
            Certain++;
            Keep(_certain, made);
        }
    }

    bool Keep(List<Made> list, Made made)
    {
        if (list.Count >= limit)
            return false;
        list.Add(made);
        return true;
    }

    /// <summary>A finding, and where it stands among all: by time, the ordinal of an event, and as they were made.</summary>
    public readonly record struct Made(
        Finding Finding,
        Doubt[]? Doubts,
        long Time,
        long Ordinal,
        long Number
    );
}
