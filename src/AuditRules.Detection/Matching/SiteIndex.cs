using System.Collections.Immutable;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// The sites of one event name, found by how a text of the event begins: of a hundred rules that ask for a hundred folders,
/// an event needs to be shown to the one or two whose folder it is in. What is left out would have said no.
/// </summary>
sealed class SiteIndex
{
    readonly Site[] _all;
    readonly FieldPath _path;
    readonly string[] _beginnings; // in ordinal order
    readonly int[] _shorter; // [beginning]: the longest other one that it begins with; -1 for none
    readonly Site[][] _found; // [beginning + 1]: the sites to ask where it is the longest one; first those where none is
    int[] _known = []; // [dictionary id]: which of _found, and 1; 0 where it was not looked up
    EventFrame? _frame;

    /// <summary>An index of those sites; the order in which they are asked is theirs.</summary>
    public SiteIndex(Site[] sites)
    {
        _all = sites;
        _path = PathOfMost(sites);
        _beginnings = [.. sites.SelectMany(s => Beginnings(s)).Distinct().Order(StringComparer.Ordinal)];
        _shorter = new int[_beginnings.Length];
        for (var i = 0; i < _shorter.Length; i++)
            _shorter[i] = LongestOf(i - 1, _beginnings[i]);
        _found = [.. Enumerable.Range(-1, _beginnings.Length + 1).Select(Found)];
    }

    /// <summary>The sites that may take or doubt the event of a row, in their order.</summary>
    public Site[] Find(EventFrame frame, int row)
    {
        if (_beginnings.Length == 0)
            return _all;
        var id = frame.GetDictionaryId(row, _path.Argument);
        if (id < 0)
            return _all;
        if (!ReferenceEquals(frame, _frame))
            Begin(frame);
        ref var known = ref _known[id];
        if (known == 0)
            known = Look(frame.GetDictionaryValue(id)) + 1;
        return known > _found.Length ? _all : _found[known - 1];
    }

    void Begin(EventFrame frame)
    {
        _frame = frame;
        if (_known.Length < frame.DictionaryCount)
            _known = new int[frame.DictionaryCount];
        else
            Array.Clear(_known, 0, frame.DictionaryCount);
    }

    // The length of _found for a value that is no whole text: what patterns say of these is theirs alone to know.
    int Look(Value argument)
    {
        var value = _path.SelectKnown(argument);
        return value.Kind == ValueKind.Str ? Longest(value.AsText!) + 1 : _found.Length;
    }

    int Longest(string text)
    {
        var last = Array.BinarySearch(_beginnings, text, StringComparer.Ordinal);
        return LongestOf(last < 0 ? ~last - 1 : last, text);
    }

    // What the text begins with stands before it in order, and whatever stands between the two begins with it as well.
    int LongestOf(int last, string text)
    {
        while (last >= 0 && !text.StartsWith(_beginnings[last], StringComparison.Ordinal))
            last = _shorter[last];
        return last;
    }

    Site[] Found(int longest)
    {
        var held = new HashSet<string>();
        for (var i = longest; i >= 0; i = _shorter[i])
            held.Add(_beginnings[i]);
        return [.. _all.Where(s => Beginnings(s) is { IsEmpty: false } own ? own.Any(held.Contains) : true)];
    }

    ImmutableArray<string> Beginnings(Site site) => BeginningsOf(site, _path);

    static FieldPath PathOfMost(Site[] sites) =>
        sites
            .SelectMany(s => s.Patterns.SelectMany(p => p.Pattern.Conditions).Select(c => c.Path).Distinct())
            .GroupBy(path => path)
            .MaxBy(group => sites.Count(s => !BeginningsOf(s, group.Key).IsEmpty))
            ?.Key
        ?? FieldPath.Of(0);

    // Each of a site's patterns must ask for one; empty where one asks for none.
    static ImmutableArray<string> BeginningsOf(Site site, FieldPath path)
    {
        var each = site.Patterns.Select(p => BeginningsOf(p.Pattern, path)).ToArray();
        return each.Any(b => b.IsEmpty) ? [] : [.. each.SelectMany(b => b)];
    }

    static ImmutableArray<string> BeginningsOf(EventPattern pattern, FieldPath path) =>
        pattern
            .Conditions.Where(c => c.Path == path)
            .Select(c => c.Pattern.Beginnings)
            .FirstOrDefault(b => !b.IsEmpty, []);
}
