using System.CommandLine;
using System.CommandLine.Help;
using AuditRules.Cli.Commands;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Parsing;

/// <summary>The help of a command: what it does, how it is typed, its options, examples (docs/cli.md, C3).</summary>
static class HelpText
{
    const int Indent = 2;
    const int Widest = 34;

    public static void Write(Screen screen, Command command)
    {
        var name = NameOf(command);
        screen.Line(command.Description ?? "");
        Section(screen, "Usage");
        var usage =
            command is CliCommand cli ? cli.Usage
            : command.Subcommands.Count > 0 ? "COMMAND [options]"
            : "[options]";
        screen.Line($"  {name} {usage}".TrimEnd());
        Rows(
            screen,
            "Commands",
            [.. command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description))]
        );
        Rows(
            screen,
            "Arguments",
            [.. command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description))]
        );
        Rows(screen, "Options", [.. OptionsOf(command).Select(o => (NameOf(o), o.Description))]);
        var examples = command is CliCommand known ? known.Examples : Root.Examples;
        Section(screen, "Examples");
        foreach (var example in examples)
        {
            screen.Line($"  {example.Line}", Tone.Strong);
            screen.Line($"      {example.Meaning}");
        }

        var details = (command as CliCommand)?.Details ?? "";
        foreach (var paragraph in details.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            screen.Line();
            Row(screen, "", paragraph.Replace('\n', ' '), 0);
        }
    }

    static void Rows(Screen screen, string title, (string Name, string? Text)[] rows)
    {
        if (rows.Length == 0)
            return;
        Section(screen, title);
        var width = Math.Min(Widest, rows.Max(r => r.Name.Length)) + Indent + 2;
        foreach (var (name, text) in rows)
            Row(screen, new string(' ', Indent) + name, text ?? "", width);
    }

    // Wrapped here: the second column keeps its left edge.
    static void Row(Screen screen, string left, string text, int column)
    {
        var room = screen.Options.Width > 0 ? Math.Max(20, screen.Options.Width - column) : int.MaxValue;
        var line = left.PadRight(column);
        if (column > 0 && left.Length >= column - 1)
        {
            screen.Line(left);
            line = new string(' ', column);
        }

        foreach (var part in Wrap(text, room))
        {
            screen.Line(line + part);
            line = new string(' ', column);
        }
    }

    static IEnumerable<string> Wrap(string text, int room)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    static void Section(Screen screen, string title)
    {
        screen.Line();
        screen.Line($"{title}:", Tone.Strong);
    }

    static string NameOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "auditrules" : $"{NameOf(parent)} {command.Name}";
    }

    static IEnumerable<Option> OptionsOf(Command command)
    {
        var inherited = new List<Option>();
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; )
        {
            inherited.AddRange(parent.Options.Where(o => o.Recursive));
            parent = parent.Parents.OfType<Command>().FirstOrDefault();
        }

        return command.Options.Concat(inherited).Where(o => !o.Hidden).OrderBy(o => o is HelpOption);
    }

    static string NameOf(Option option)
    {
        var names = option
            .Aliases.Where(a => a is not ("/?" or "/h" or "-?"))
            .OrderBy(a => a.Length)
            .Append(option.Name);
        var value = option.HelpName is { } help ? $" {help}" : "";
        return string.Join(", ", names) + value;
    }
}
