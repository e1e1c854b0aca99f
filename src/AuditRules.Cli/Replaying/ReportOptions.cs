using System.CommandLine;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Detection.Plans;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Replaying;

/// <summary>The options of commands that report findings. One instance a command.</summary>
sealed class ReportOptions
{
    const string Text = "text";
    const string JsonLines = "jsonl";
    const string NoSeverity = "none";

    static readonly string[] Severities = [.. Enum.GetValues<Severity>().Select(Names.Of), NoSeverity];

    readonly Option<string> _failOn = new Option<string>("--fail-on")
    {
        Description =
            $"Lowest severity of a finding that makes the command fail: {string.Join(", ", Severities)} (default: low)",
        HelpName = "SEVERITY",
        DefaultValueFactory = _ => Names.Of(Severity.Low),
    }.OneOf(Severities);

    readonly Option<bool> _strict;

    readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say how far every rule got" };

    readonly Option<bool> _timings = new("--timings")
    {
        Description = "Say how long it took (the output then differs from run to run)",
    };

    /// <summary>The options of one command.</summary>
    /// <param name="strict">What <c>--strict</c> does there.</param>
    public ReportOptions(
        string strict =
            "Fail too where a verdict is unknown or blind, a trace was not closed, or a process is suspicious"
    ) => _strict = new("--strict") { Description = strict };

    /// <summary>The option that chooses between text and JSON lines.</summary>
    public static Option<string> FormatOption() =>
        new Option<string>("--format")
        {
            Description = $"{Text} or {JsonLines} (default: {Text})",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Text,
        }.OneOf(Text, JsonLines);

    public static bool IsJson(string format) => format == JsonLines;

    public void AddTo(Command command)
    {
        command.Add(_failOn);
        command.Add(_strict);
        command.Add(_verbose);
        command.Add(_timings);
    }

    public bool Strict(ParseResult parse) => parse.GetValue(_strict);

    public bool Verbose(ParseResult parse) => parse.GetValue(_verbose);

    public bool Timings(ParseResult parse) => parse.GetValue(_timings);

    /// <summary>The options that say how findings are reported: without a report they mean nothing.</summary>
    public IEnumerable<Option> OfReport => [_failOn, _verbose, _timings];

    /// <summary>The severity from which on findings count; null for none.</summary>
    public Severity? FailOn(ParseResult parse)
    {
        var index = Array.IndexOf(Severities, parse.GetValue(_failOn));
        return index < Severities.Length - 1 ? (Severity)index : null;
    }

    /// <summary>Writes a report to standard output.</summary>
    public static void Write(CommandContext context, ReplayReport report, string format, bool verbose)
    {
        if (IsJson(format))
            JsonLinesReport.Write(context.OutStream(), report);
        else
            TextReport.Write(context.Out, report, new TextReportOptions(context.Quiet, verbose));
    }
}
