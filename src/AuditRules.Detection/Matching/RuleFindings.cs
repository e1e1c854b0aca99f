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
    readonly List<Doubt> _beyond = []; // what those rest on that were not kept to be judged
    long _openBeyond;
    string? _doubtBeyond;
    long _made;

    /// <summary>How many the rule suppresses.</summary>
    public long Suppressed { get; private set; }

    /// <summary>How many are certain.</summary>
    public long Certain { get; private set; }

    /// <summary>How many are in doubt.</summary>
    public long Doubtful { get; private set; }

    /// <summary>Why the first one in doubt is; null for none.</summary>
    public string? Doubt => _doubtful is [var first, ..] ? first.Finding.DoubtedBy : _doubtBeyond;

    /// <summary>True when some of those that were not kept were never judged, and may be certain where kept ones are not.</summary>
    public bool AreUnjudged { get; private set; }

    public void Add(Found found, long time, long ordinal)
    {
        var made = new Made(found.Finding, found.Doubts, time, ordinal, _made++);
        if (found.Finding.State == FindingState.Suppressed)
        {
            Suppressed++;
            Keep(_suppressed, made, limit);
        }
        else if (found.Doubts is null || unseen is not null || Unseen.Known(found.Doubts) is not null)
        {
            Judge(made, unseen, limit);
        }
        else if (!Keep(_open, made, limit))
        {
            _openBeyond++;
            foreach (var doubt in found.Doubts)
                RestsOn(doubt);
        }
    }

    /// <summary>Judges those that had to wait for the end.</summary>
    public void Complete(Unseen told)
    {
        // Some that were made later were judged before them, and may have their places.
        foreach (var made in _open)
            Judge(made, told, 2 * limit);
        _open.Clear();
        KeepFirst(_certain);
        KeepFirst(_doubtful);
        for (var i = 0; i < _suppressed.Count; i++)
        {
            if (told.Reason(_suppressed[i].Doubts) is { } reason)
                _suppressed[i] = _suppressed[i] with { Finding = _suppressed[i].Finding.Doubt(reason) };
        }

        // Of each of those beyond nothing is known: they are in doubt where one of them may be. Where they are certain they
        // would have had the places of those in doubt.
        _doubtBeyond = told.Reason([.. _beyond]);
        AreUnjudged = _openBeyond > 0 && (_doubtBeyond is not null || _doubtful.Count > 0);
        if (_doubtBeyond is not null)
            Doubtful += _openBeyond;
        else
            Certain += _openBeyond;
        _openBeyond = 0;
    }

    /// <summary>What is reported: of those that are not suppressed the certain ones first, up to the limit.</summary>
    public IEnumerable<Made> Kept() => _certain.Concat(_doubtful).Take(limit).Concat(_suppressed);

    void Judge(Made made, Unseen? known, int most)
    {
        if ((known is null ? Unseen.Known(made.Doubts) : known.Reason(made.Doubts)) is { } reason)
        {
            Doubtful++;
            Keep(_doubtful, made with { Finding = made.Finding.Doubt(reason) }, most);
        }
        else
        {
            Certain++;
            Keep(_certain, made, most);
        }
    }

    // For each clause the stretch from the first of its doubts to the last.
    void RestsOn(Doubt doubt)
    {
        var at = _beyond.FindIndex(d => ReferenceEquals(d.Patterns, doubt.Patterns));
        if (at < 0)
            _beyond.Add(doubt);
        else if (_beyond[at] is var all && (doubt.From < all.From || doubt.To > all.To))
            _beyond[at] = all with { From = Math.Min(all.From, doubt.From), To = Math.Max(all.To, doubt.To) };
    }

    void KeepFirst(List<Made> list)
    {
        list.Sort((one, other) => one.Number.CompareTo(other.Number));
        if (list.Count > limit)
            list.RemoveRange(limit, list.Count - limit);
    }

    static bool Keep(List<Made> list, Made made, int most)
    {
        if (list.Count >= most)
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
