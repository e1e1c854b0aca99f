using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection;

/// <summary>What a Python can raise at all, by the catalogue.</summary>
public static class Coverage
{
    static readonly string[] _platforms = ["linux-x64", "win-x64", "darwin-arm64"];
    static readonly string[] _versions = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];

    /// <summary>
    /// Why no Python of 3.8 to 3.14 raises all that the rule's steps look for (docs/spec/rules.md, R79); null where one does.
    /// Events that the catalogue does not have are a program's own, and may be raised by any.
    /// </summary>
    public static string? WhyNever(RulePlan plan)
    {
        if (_platforms.Any(platform => _versions.Any(version => Raises(plan, version, platform))))
            return null;
        var reasons = plan
            .Steps.SelectMany(s => s.Pattern.Alternatives)
            .Select(p => Catalogue.Find(p.EventName))
            .Where(entry => entry is not null)
            .Select(entry => $"{entry!.Name}: {Limit(entry)}")
            .Where(text => !text.EndsWith(": ", StringComparison.Ordinal))
            .Distinct();
        return string.Join("; ", reasons);
    }

    static bool Raises(RulePlan plan, string version, string platform) =>
        plan.Steps.All(s =>
            s.Pattern.Alternatives.Any(p =>
                Catalogue.Find(p.EventName)?.WhyNotRaised(version, platform) is null
            )
        );

    static string Limit(CatalogueEntry entry)
    {
        if (entry.RaisedAs.Length > 0)
            return $"CPython raises {entry.RaisedAs} in its place";
        var parts = new List<string>();
        if (entry.Platform.Length > 0)
            parts.Add(entry.Platform == "windows" ? "Windows alone" : "macOS and BSD alone");
        if (entry.RaisedSince != _versions[0])
            parts.Add($"since Python {entry.RaisedSince}");
        if (entry.RemovedIn is { } removed)
            parts.Add($"before Python {removed}");
        return string.Join(", ", parts);
    }
}
