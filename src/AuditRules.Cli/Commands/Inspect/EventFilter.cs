using AuditRules.Cli.Ranges;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>Which events are listed (docs/cli.md, C52). Of the lists, an empty one leaves all.</summary>
sealed record EventFilter
{
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> NotNames { get; init; } = [];

    public IReadOnlyList<int> Pids { get; init; } = [];

    public IReadOnlyList<int> Threads { get; init; } = [];

    /// <summary>Globs over the files of callers.</summary>
    public IReadOnlyList<string> Callers { get; init; } = [];

    public string? Text { get; init; }

    public IReadOnlyList<string> NotTexts { get; init; } = [];

    public int? Head { get; init; }

    public int? Tail { get; init; }

    public RangeWish? Range { get; init; }

    public bool IsEmpty =>
        Names.Count + NotNames.Count + Pids.Count + Threads.Count + Callers.Count + NotTexts.Count == 0
        && Text is null
        && Head is null
        && Tail is null
        && Range is null;

    public bool TakesName(string name) =>
        (Names.Count == 0 || Names.Any(glob => GlobMatcher.IsMatch(glob, name)))
        && !NotNames.Any(glob => GlobMatcher.IsMatch(glob, name));

    public bool Takes(EventView audited) =>
        (Pids.Count == 0 || Pids.Contains(audited.Pid))
        && (Threads.Count == 0 || Threads.Any(thread => thread == audited.Thread))
        && (Callers.Count == 0 || TakesCaller(audited.Caller?.File ?? ""))
        && (Text is null || EventSearch.Holds(audited, Text))
        && !NotTexts.Any(text => EventSearch.Holds(audited, text));

    bool TakesCaller(string file) => file.Length > 0 && Callers.Any(glob => GlobMatcher.IsMatch(glob, file));
}
