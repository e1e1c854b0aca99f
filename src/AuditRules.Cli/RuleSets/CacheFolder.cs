using AuditRules.Cli.Hosting;

namespace AuditRules.Cli.RuleSets;

/// <summary>Where compiled rules are kept (docs/cli.md, C32).</summary>
static class CacheFolder
{
    /// <summary>The folder; empty for none.</summary>
    public static string Of(CliHost host, bool noCache)
    {
        // What was compiled for a command serves all its workers.
        if (noCache)
            return host.Worker?.Cache ?? "";
        if (host.Variable("AUDITRULES_CACHE") is { Length: > 0 } own)
            return Path.GetFullPath(own, host.CurrentFolder);
        // The base directory specification: a path that is not absolute is ignored.
        if (host.Variable("XDG_CACHE_HOME") is { Length: > 0 } shared && Path.IsPathFullyQualified(shared))
            return Path.Combine(shared, "auditrules");
        return host.Variable("HOME") is { Length: > 0 } home && Path.IsPathFullyQualified(home)
            ? Path.Combine(home, ".cache", "auditrules")
            : "";
    }
}
