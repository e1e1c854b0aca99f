using System.Globalization;
using AuditRules.Reporting.Terminal;
using AuditRules.Reporting.Text;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The processes of a trace as a tree beside their numbers (docs/cli.md, C50).</summary>
static class ProcessTree
{
    public static void Write(Screen screen, TraceContents contents)
    {
        var processes = contents.Processes;
        var children = processes
            .Where(p => IsChild(p.Key, p.Value, processes))
            .GroupBy(p => p.Value.Parent, p => p.Key)
            .ToDictionary(g => g.Key, g => g.ToArray());
        var rows = new List<string[]>();
        // Not by recursion: a chain of processes may be long.
        var open = new Stack<(int Process, string Branch, string Below)>();
        foreach (var root in processes.Keys.Where(p => !IsChild(p, processes[p], processes)).Reverse())
            open.Push((root, "", ""));
        while (open.TryPop(out var node))
        {
            rows.Add(Row(contents, node.Process, node.Branch));
            var below = children.GetValueOrDefault(node.Process, []);
            for (var i = below.Length - 1; i >= 0; i--)
            {
                var last = i == below.Length - 1;
                open.Push(
                    (below[i], node.Below + (last ? "└── " : "├── "), node.Below + (last ? "    " : "│   "))
                );
            }
        }

        screen.Line();
        TableText.Write(screen, ["#", "pid", "events", "began", "ran", "exit", "process"], rows, numbers: 6);
    }

    // Ordinals grow from parent to child in a trace that conforms: what does not would make a tree without a root.
    static bool IsChild(int process, ProcessLine line, SortedDictionary<int, ProcessLine> processes) =>
        line.Parent >= 0 && line.Parent < process && processes.ContainsKey(line.Parent);

    static string[] Row(TraceContents contents, int process, string branch)
    {
        var line = contents.Processes[process];
        return
        [
            process.ToString(CultureInfo.InvariantCulture),
            line.Pid.ToString(CultureInfo.InvariantCulture),
            line.Events.ToString("N0", CultureInfo.InvariantCulture),
            line.Began is { } began ? Seconds(began - contents.Origin, "+0.000s;-0.000s") : "",
            line.Ended is { } ended && ended >= line.Began ? Seconds(ended - line.Began.Value, "0.000s") : "",
            line.ExitCode is { } code ? code.ToString(CultureInfo.InvariantCulture)
            : contents.IsRunning(process) ? "runs"
            : "?",
            branch
                + (
                    line.Command.Length > 0 ? CommandText.Of(line.Command)
                    : branch.Length > 0 ? "(the same program)"
                    : ""
                ),
        ];
    }

    static string Seconds(long nanoseconds, string format) =>
        (nanoseconds / 1e9m).ToString(format, CultureInfo.InvariantCulture);
}
