using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AuditRules.Cli.Parsing;
using AuditRules.Recording.Packing;

namespace AuditRules.Cli.Commands.Record;

/// <summary><c>--rotate SIZE|TIME</c>: when a recording goes on in another part (docs/cli.md, C98).</summary>
static class RotateOption
{
    const string Name = "--rotate";
    const string Units = "smhd";

    static readonly long[] Seconds = [1, 60, 60 * 60, 24 * 60 * 60];

    public static Option<PartLimits?> Create() =>
        new(Name)
        {
            Description =
                "Write parts, run-000001.atrace and so on: one ends with SIZE (100M) or TIME (30s, 10m, 1h, 1d); give both by giving it twice",
            HelpName = "SIZE|TIME",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Read,
        };

    static PartLimits? Read(ArgumentResult result)
    {
        var limits = new PartLimits();
        foreach (var token in result.Tokens)
        {
            if (Read(result, token.Value) is not { } one)
                return null;
            if (
                (one.Size is not null && limits.Size is not null)
                || (one.Time is not null && limits.Time is not null)
            )
            {
                result.AddError($"{Name} takes one size and one time, not {token.Value} too");
                return null;
            }

            limits = new PartLimits { Size = one.Size ?? limits.Size, Time = one.Time ?? limits.Time };
        }

        return limits;
    }

    static PartLimits? Read(ArgumentResult result, string text)
    {
        if (OptionWords.TryReadSize(text, out var size) && char.IsAsciiLetter(text[^1]))
        {
            if (size >= PackOptions.LeastMaxSize)
                return new PartLimits { Size = size };
            result.AddError($"{Name} takes at least 1M, not {text}");
            return null;
        }

        var unit = text.Length < 2 ? -1 : Units.IndexOf(text[^1], StringComparison.Ordinal);
        if (
            unit >= 0
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
        )
            return new PartLimits { Time = TimeSpan.FromSeconds(number * Seconds[unit]) };
        result.AddError($"{Name} takes a size, as 100M or 2G, or a time, as 30s, 10m, 1h or 1d, not {text}");
        return null;
    }
}
