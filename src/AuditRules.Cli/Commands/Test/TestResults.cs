using System.Globalization;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Test;

/// <summary>Tells what passed and what failed, while it happens, and counts it.</summary>
sealed class TestResults(CommandContext context, bool verbose)
{
    int _passed;
    int _failed;

    public void Pass(string test)
    {
        _passed++;
        if (verbose && !context.Quiet)
            context.Out.Write(new StyledLine().Add("ok   ", Tone.Good).Add(test));
    }

    /// <summary>Tells of a test that failed.</summary>
    /// <param name="test">What failed.</param>
    /// <param name="lines">Why, a line each; lines that begin with - and + are a difference.</param>
    public void Fail(string test, params IEnumerable<string> lines)
    {
        _failed++;
        context.Out.Write(new StyledLine().Add("FAIL ", Tone.Bad).Add(test));
        foreach (var line in lines)
            context.Out.Line($"     {line}", ToneOf(line));
    }

    /// <summary>Says something about a test that is neither.</summary>
    public void Note(string text)
    {
        if (!context.Quiet)
            context.Out.Line(text);
    }

    /// <summary>Prints the counts.</summary>
    public ExitCode Complete()
    {
        if (!context.Quiet || _failed > 0)
            context.Out.Line(
                string.Create(CultureInfo.InvariantCulture, $"{_passed} passed, {_failed} failed"),
                _failed > 0 ? Tone.Bad : Tone.Good
            );
        return _failed > 0 ? ExitCode.Findings : ExitCode.Clean;
    }

    static Tone ToneOf(string line) =>
        line.StartsWith('-') ? Tone.Bad
        : line.StartsWith('+') ? Tone.Good
        : Tone.Plain;
}
