using System.CommandLine;
using AuditRules.Events;

namespace AuditRules.Cli.Parsing;

/// <summary>What is wrong with a command line, with the nearest name that there is (docs/cli.md, C4).</summary>
static class UsageErrors
{
    /// <summary>What is wrong and what to do; null when the line can be run.</summary>
    public static (string What, string Advice)? Find(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var help = $"See {HelpOf(command)}.";
        // A word that is no command decides what all behind it means: it is told first.
        if (parse.UnmatchedTokens is [var first, ..] && !first.StartsWith('-'))
        {
            if (command.Name == "record")
                return (
                    $"put -- before the program: {first} is no option of record",
                    $"As in: auditrules record -o run.atrace -- {first} ..."
                );
            if (command.Subcommands.Count > 0)
                return NoCommand(command, first, help);
        }

        // An option that is misspelt would otherwise be taken as one of several words.
        var positional = command
            .Arguments.Select(parse.GetResult)
            .SelectMany(result => result?.Tokens ?? [])
            .Select(token => token.Value);
        var dashes = parse.Tokens.Select(t => t.Value).ToList().IndexOf("--");
        var behind = dashes < 0 ? [] : parse.Tokens.Skip(dashes + 1).Select(t => t.Value).ToHashSet();
        var stray = parse
            .UnmatchedTokens.Concat(positional)
            .FirstOrDefault(word => word.Length > 1 && word[0] == '-' && !behind.Contains(word));
        if (stray is not null)
            return (
                $"there is no option {stray}{OfCommand(command)}",
                Nearest(stray, OptionNames(command), help)
            );
        if (parse.Errors.Count == 0)
            return null;
        if (parse.UnmatchedTokens is [var word, ..])
        {
            return ($"there is one word too many: {word}", help);
        }

        if (command.Subcommands.Count > 0 && command.Action is null)
            return ("a command is missing", help);
        return (Plain(parse.Errors[0].Message), help);
    }

    // The commands below import are names of formats.
    static (string, string) NoCommand(Command command, string word, string help)
    {
        var names = command.Subcommands.Select(c => c.Name).ToArray();
        return command.Name == "import"
            ? (
                $"import does not know the format {word}",
                $"It knows {string.Join(", ", names)}, as in: auditrules import {names[0]} FILE -o TRACE"
            )
            : ($"there is no command {word}{OfCommand(command)}", Nearest(word, names, help));
    }

    static string Nearest(string word, IEnumerable<string> names, string help)
    {
        var nearest = NearestName.Find(word, names);
        return nearest is null ? help : $"Did you mean {nearest}? {help}";
    }

    static IEnumerable<string> OptionNames(Command? command)
    {
        for (; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            foreach (var option in command.Options)
                yield return option.Name;
        }
    }

    static string OfCommand(Command command) => command is RootCommand ? "" : $" of {NameOf(command)}";

    static string HelpOf(Command command) =>
        command is RootCommand ? "auditrules --help" : $"auditrules {NameOf(command)} --help";

    static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{NameOf(parent)} {command.Name}"
            : command.Name;

    // The parser's messages end their sentences and quote; ours do not.
    static string Plain(string message)
    {
        var line = message.Split('\n')[0].TrimEnd('.', ':', ' ').Replace("'", "", StringComparison.Ordinal);
        return char.ToLowerInvariant(line[0]) + line[1..];
    }
}
