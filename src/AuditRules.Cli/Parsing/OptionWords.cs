using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AuditRules.Cli.Parsing;

/// <summary>What options take, with messages that name the option and all that it takes (docs/cli.md, C2).</summary>
static class OptionWords
{
    /// <summary>The option takes one of those words.</summary>
    public static Option<string> OneOf(this Option<string> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => !words.Contains(t.Value, StringComparer.Ordinal)))
                result.AddError($"{option.Name} takes one of {string.Join(", ", words)}; not {token.Value}");
        });
        return option;
    }

    /// <summary>The option takes a number of at least 0.</summary>
    public static Option<int?> Count(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, name).Cast<int?>().FirstOrDefault(),
        };

    /// <summary>The option takes numbers of at least 0, and may be given several times.</summary>
    public static Option<int[]> Counts(string name, string helpName, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. Read(result, name)],
        };

    /// <summary>The option takes a number of bytes, as 500k, 20M or 2G, and at least so many.</summary>
    public static Option<long?> Size(string name, long least, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "SIZE",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ReadSize(result, name, least),
        };

    static long? ReadSize(ArgumentResult result, string name, long least)
    {
        var text = result.Tokens[0].Value;
        if (!TryReadSize(text, out var size))
        {
            result.AddError(
                $"{name} takes a number of bytes, as 20M (k, M and G are times 1024), not {text}"
            );
            return null;
        }

        if (size < least)
            result.AddError($"{name} takes at least {least / 1024 / 1024}M, not {text}");
        return size;
    }

    /// <summary>Reads a number of bytes, as 500k, 20M or 2G; one that is too large is the largest.</summary>
    public static bool TryReadSize(string text, out long size)
    {
        var unit = text.Length == 0 ? -1 : "kMG".IndexOf(text[^1], StringComparison.Ordinal);
        var digits = unit < 0 ? text : text[..^1];
        var isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var factor = 1L << (10 * (unit + 1));
        size = number > long.MaxValue / factor ? long.MaxValue : number * factor;
        return isNumber;
    }

    static List<int> Read(ArgumentResult result, string name)
    {
        var numbers = new List<int>();
        foreach (var token in result.Tokens)
        {
            if (int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
            else
                result.AddError(
                    int.TryParse(token.Value, CultureInfo.InvariantCulture, out _)
                        ? $"{name} takes a whole number of at least 0, not {token.Value}"
                        : $"{name} takes a whole number, not {token.Value}"
                );
        }

        return numbers;
    }
}
