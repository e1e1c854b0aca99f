using System.CommandLine;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Ranges;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The options that choose events.</summary>
sealed class FilterOptions
{
    readonly Option<string[]> _event = Several(
        "--event",
        "GLOB",
        "Events of that name, as open or 'socket.*'; several are allowed"
    );

    readonly Option<string[]> _notEvent = Several(
        "--not-event",
        "GLOB",
        "No events of that name; several are allowed"
    );

    readonly Option<int[]> _pid = OptionWords.Counts(
        "--pid",
        "PID",
        "Events of that process; several are allowed"
    );

    readonly Option<int[]> _tid = OptionWords.Counts(
        "--tid",
        "TID",
        "Events of that thread; several are allowed"
    );

    readonly Option<string[]> _caller = Several(
        "--caller",
        "GLOB",
        "Events that code of that file caused, as '*/app.py'; several are allowed"
    );

    readonly Option<string?> _match = new("--match")
    {
        Description =
            "Events with that text in their name, arguments or caller, whatever the case; or with that number",
        HelpName = "TEXT",
    };

    readonly Option<string[]> _notMatch = Several(
        "--not-match",
        "TEXT",
        "No events that --match TEXT would give; several are allowed"
    );

    readonly Option<int?> _head = OptionWords.Count("--head", "Only the first N of them");

    readonly Option<int?> _tail = OptionWords.Count("--tail", "Only the last N of them");

    readonly RangeOptions _range = new();

    public FilterOptions() => _event.Aliases.Add("-e");

    public void AddTo(Command command)
    {
        command.Add(_event);
        command.Add(_notEvent);
        command.Add(_pid);
        command.Add(_tid);
        command.Add(_caller);
        command.Add(_match);
        command.Add(_notMatch);
        command.Add(_head);
        command.Add(_tail);
        _range.AddTo(command);
    }

    public EventFilter Read(ParseResult parse) =>
        new()
        {
            Names = parse.GetValue(_event) ?? [],
            NotNames = parse.GetValue(_notEvent) ?? [],
            Pids = parse.GetValue(_pid) ?? [],
            Threads = parse.GetValue(_tid) ?? [],
            Callers = parse.GetValue(_caller) ?? [],
            Text = parse.GetValue(_match),
            NotTexts = parse.GetValue(_notMatch) ?? [],
            Head = parse.GetValue(_head),
            Tail = parse.GetValue(_tail),
            Range = _range.Read(parse),
        };

    static Option<string[]> Several(string name, string helpName, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
        };
}
