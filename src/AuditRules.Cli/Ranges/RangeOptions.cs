using System.CommandLine;
using System.CommandLine.Parsing;
using AuditRules.Traces;

namespace AuditRules.Cli.Ranges;

/// <summary>The options <c>--from</c> and <c>--to</c>. One instance a command.</summary>
sealed class RangeOptions
{
    readonly Option<RangeBound?> _from = Bound(
        "--from",
        "The first that is wanted: 2.5s after the first, '2026-01-02 03:04:05.6' in UTC, or '#1200'"
    );

    readonly Option<RangeBound?> _to = Bound("--to", "The first that is not, likewise");

    public void AddTo(Command command)
    {
        command.Add(_from);
        command.Add(_to);
    }

    /// <summary>What was asked for; null when neither option is given.</summary>
    public RangeWish? Read(ParseResult parse)
    {
        var (from, to) = (parse.GetValue(_from), parse.GetValue(_to));
        return from is null && to is null ? null : new RangeWish(from, to);
    }

    static Option<RangeBound?> Bound(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "WHEN",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse(result, name),
        };

    static RangeBound? Parse(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        var bound = RangeBound.Parse(text);
        if (bound is null)
            result.AddError(
                $"{name} takes a time after the first event (2.5s, ms, us, ns, m, h), a moment "
                    + $"('2026-01-02 03:04:05.6' in UTC, or 2026-01-02T03:04:05+01:00) or an ordinal ('#1200'); not {text}"
            );
        return bound;
    }
}

/// <summary>A range as it was asked for, before the trace is known.</summary>
/// <param name="From">The first that is wanted; null for the beginning.</param>
/// <param name="To">The first that is not; null for the end.</param>
sealed record RangeWish(RangeBound? From, RangeBound? To)
{
    /// <summary>The range in a trace whose first event has that time.</summary>
    public TraceRange In(long first) =>
        new()
        {
            FromOrdinal = From is { Kind: RangeBound.Form.Ordinal } from ? from.Number : 0,
            ToOrdinal = To is { Kind: RangeBound.Form.Ordinal } to ? to.Number : long.MaxValue,
            FromTime = From is { Kind: not RangeBound.Form.Ordinal } since
                ? since.TimeAfter(first)
                : long.MinValue,
            ToTime = To is { Kind: not RangeBound.Form.Ordinal } until ? until.TimeAfter(first) : null,
        };
}
