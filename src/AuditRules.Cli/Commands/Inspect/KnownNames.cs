using System.Globalization;
using AuditRules.Cli.Hosting;
using AuditRules.Detection.Patterns;
using AuditRules.Events;
using AuditRules.Reporting.Text;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>Names and pids in a trace, to say what a filter that leaves nothing may have meant (docs/cli.md, C53).</summary>
sealed class KnownNames
{
    readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    readonly Dictionary<int, int> _pids = [];

    public void Add(IEnumerable<string> names) => _names.UnionWith(names);

    public void Add(ProcessRecord record)
    {
        if (record.Change != ProcessChange.NotRecorded)
            _pids.TryAdd(record.Process, record.Pid);
    }

    /// <summary>Says which names and pids of the filter there are not; false where there was nothing to say.</summary>
    /// <param name="context">Where.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="allNames">False when only a part of the trace's names is known.</param>
    public bool Explain(CommandContext context, EventFilter filter, bool allNames)
    {
        var unknown = allNames
            ? filter.Names.Concat(filter.NotNames).Where(glob => !IsKnown(glob)).ToArray()
            : [];
        foreach (var glob in unknown)
            ExplainName(context, glob);
        // Without records of processes it is not known which pids there were.
        var strange = filter.Pids.Where(pid => _pids.Count > 0 && !_pids.ContainsValue(pid)).ToArray();
        foreach (var pid in strange)
            ExplainPid(context, pid);
        return unknown.Length + strange.Length > 0;
    }

    bool IsKnown(string glob) =>
        _names.Any(name => GlobMatcher.IsMatch(glob, name))
        || Catalogue.All.Any(entry => GlobMatcher.IsMatch(glob, entry.Name));

    void ExplainName(CommandContext context, string glob) =>
        context.Note(
            $"auditrules: no event is named {glob}"
                + (Nearest(glob) is { } nearest ? $"; did you mean {nearest}?" : "")
        );

    string? Nearest(string glob)
    {
        if (glob.AsSpan().ContainsAny('*', '?'))
            return NearestName.Find(glob, KnownGlobs(atEnd: !glob.StartsWith('*')));
        var name = NearestName.Find(glob, _names) ?? Catalogue.Suggest(glob)?.Name;
        return name is null ? null : EventText.Name(name);
    }

    // As socket.* and *.connect: all that begins or ends as a known name does.
    IEnumerable<string> KnownGlobs(bool atEnd)
    {
        foreach (var name in _names.Concat(Catalogue.All.Select(entry => entry.Name)))
        {
            for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
                yield return atEnd ? $"{name[..dot]}.*" : $"*{name[dot..]}";
        }
    }

    void ExplainPid(CommandContext context, int pid)
    {
        var process = _pids.TryGetValue(pid, out var meant)
            ? string.Create(CultureInfo.InvariantCulture, $"; process {pid} of the table has pid {meant}")
            : "";
        context.Note(
            string.Create(CultureInfo.InvariantCulture, $"auditrules: no process has pid {pid}{process}")
        );
    }
}
