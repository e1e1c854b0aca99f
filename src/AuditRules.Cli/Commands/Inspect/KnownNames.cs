using System.Globalization;
using AuditRules.Cli.Hosting;
using AuditRules.Events;
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

    /// <summary>Says which names and pids of the filter there are not.</summary>
    /// <param name="context">Where.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="allNames">False when only a part of the trace's names is known.</param>
    public void Explain(CommandContext context, EventFilter filter, bool allNames)
    {
        foreach (var glob in allNames ? filter.Names : [])
            ExplainName(context, glob);
        // Without records of processes it is not known which pids there were.
        foreach (var pid in filter.Pids.Where(pid => _pids.Count > 0 && !_pids.ContainsValue(pid)))
            ExplainPid(context, pid);
    }

    void ExplainName(CommandContext context, string glob)
    {
        if (glob.AsSpan().ContainsAny('*', '?') || Catalogue.Find(glob) is not null || _names.Contains(glob))
            return;
        var nearest = NearestName.Find(glob, _names) ?? Catalogue.Suggest(glob)?.Name;
        context.Note(
            $"auditrules: no event is named {glob}" + (nearest is null ? "" : $"; did you mean {nearest}?")
        );
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
