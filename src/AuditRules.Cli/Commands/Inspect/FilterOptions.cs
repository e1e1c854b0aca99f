using System.CommandLine;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Ranges;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The options that choose events.</summary>
sealed class FilterOptions
{
    readonly Option<string[]> _event = new("--event", "-e")
    {
        Description = "Events of that name, as open or 'socket.*'; several are allowed",
        HelpName = "GLOB",
        Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<int[]> _pid = OptionWords.Counts(
        "--pid",
        "PID",
        "Events of that process; several are allowed"
    );

    readonly Option<string?> _match = new("--match")
    {
        Description = "Events with that text in their name or arguments, whatever the case",
        HelpName = "TEXT",
    };

    readonly Option<int?> _head = OptionWords.Count("--head", "Only the first N of them");

    readonly Option<int?> _tail = OptionWords.Count("--tail", "Only the last N of them");

    readonly RangeOptions _range = new();

    public void AddTo(Command command)
    {
        command.Add(_event);
        command.Add(_pid);
        command.Add(_match);
        command.Add(_head);
        command.Add(_tail);
        _range.AddTo(command);
    }

    public EventFilter Read(ParseResult parse) =>
        new(
            parse.GetValue(_event) ?? [],
            parse.GetValue(_pid) ?? [],
            parse.GetValue(_match),
            parse.GetValue(_head),
            parse.GetValue(_tail),
            _range.Read(parse)
        );
}
