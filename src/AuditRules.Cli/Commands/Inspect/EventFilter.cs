using AuditRules.Cli.Ranges;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>Which events are listed (docs/cli.md, C52).</summary>
sealed record EventFilter(
    IReadOnlyList<string> Names,
    IReadOnlyList<int> Pids,
    string? Text,
    int? Head,
    int? Tail,
    RangeWish? Range
)
{
    public bool IsEmpty =>
        Names.Count == 0 && Pids.Count == 0 && Text is null && Head is null && Tail is null && Range is null;

    public bool TakesName(string name) =>
        Names.Count == 0 || Names.Any(glob => GlobMatcher.IsMatch(glob, name));

    public bool Takes(EventView audited) =>
        (Pids.Count == 0 || Pids.Contains(audited.Pid)) && (Text is null || Holds(audited, Text));

    static bool Holds(EventView audited, string text)
    {
        if (audited.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            return true;
        for (var i = 0; i < audited.ArgumentCount; i++)
        {
            if (Holds(audited[i], text))
                return true;
        }

        return false;
    }

    // Values are nested 64 deep at most: the reader refuses deeper ones.
    static bool Holds(Value value, string text)
    {
        if (value.AsText?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)
            return true;
        foreach (var item in value.Items)
        {
            if (Holds(item, text))
                return true;
        }

        foreach (var (key, entry) in value.Entries)
        {
            if (Holds(key, text) || Holds(entry, text))
                return true;
        }

        return false;
    }
}
