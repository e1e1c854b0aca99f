using System.CommandLine;

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

    readonly Option<int[]> _pid = new("--pid")
    {
        Description = "Events of that process; several are allowed",
        HelpName = "PID",
        Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string?> _match = new("--match")
    {
        Description = "Events with that text in their name or arguments, whatever the case",
        HelpName = "TEXT",
    };

    readonly Option<int?> _head = new("--head") { Description = "Only the first N of them", HelpName = "N" };

    readonly Option<int?> _tail = new("--tail") { Description = "Only the last N of them", HelpName = "N" };

    public void AddTo(Command command)
    {
        command.Add(_event);
        command.Add(_pid);
        command.Add(_match);
        command.Add(_head);
        command.Add(_tail);
        foreach (var option in new[] { _head, _tail })
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && token.Value.StartsWith('-'))
                    result.AddError($"{option.Name} needs a number of at least 0");
            });
        }
    }

    public EventFilter Read(ParseResult parse) =>
        new(
            parse.GetValue(_event) ?? [],
            parse.GetValue(_pid) ?? [],
            parse.GetValue(_match),
            parse.GetValue(_head),
            parse.GetValue(_tail)
        );
}
