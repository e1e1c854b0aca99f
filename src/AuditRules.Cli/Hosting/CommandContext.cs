using System.CommandLine;
using System.Text;
using AuditRules.Cli.Files;
using AuditRules.Cli.Parsing;
using AuditRules.Reporting.Terminal;
using AuditRules.Traces;

namespace AuditRules.Cli.Hosting;

/// <summary>One command while it runs: where it reads and writes, and the options that all commands have.</summary>
sealed class CommandContext
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public CommandContext(CliHost host, bool quiet = false, bool noColor = false)
    {
        Host = host;
        Quiet = quiet;
        var colors = host.AllowsColors && !noColor;
        Out = new Screen(
            new StreamWriter(host.Output, Utf8, leaveOpen: true),
            new TerminalOptions(host.OutputWidth, colors && host.OutputWidth > 0)
        );
        Messages = new Screen(
            host.Error,
            new TerminalOptions(host.ErrorWidth, colors && host.ErrorWidth > 0)
        );
        Paths = new PathNames(host.CurrentFolder);
    }

    public CommandContext(CliHost host, ParseResult parse)
        : this(host, parse.GetValue(CommonOptions.Quiet), parse.GetValue(CommonOptions.NoColor)) { }

    public CliHost Host { get; }

    public bool Quiet { get; }

    /// <summary>Results.</summary>
    public Screen Out { get; }

    /// <summary>Messages.</summary>
    public Screen Messages { get; }

    public PathNames Paths { get; }

    /// <summary>Says something that is no result; nothing with <c>--quiet</c>.</summary>
    public void Note(string text)
    {
        if (!Quiet)
            Messages.Line(text);
    }

    /// <summary>Says the head of a trace: never broken, so that it can be taken out of what a terminal showed (C83).</summary>
    public void NoteHead(TraceHead head)
    {
        if (!Quiet)
            Messages.Unbroken($"auditrules: head {head}");
    }

    /// <summary>Writes results that are bytes, in turn with <see cref="Out"/>.</summary>
    public Stream OutStream()
    {
        Out.Writer.Flush();
        return Host.Output;
    }

    public void Flush()
    {
        Out.Writer.Flush();
        Host.Output.Flush();
        Host.Error.Flush();
    }
}
