using System.Diagnostics;
using System.Globalization;
using AuditRules.Cli.Hosting;
using AuditRules.Recording;

namespace AuditRules.Cli.Commands.Record;

/// <summary>A line on a terminal that tells how a recording goes, until it ends (docs/cli.md, C97).</summary>
sealed class ProgressLine
{
    const string Clear = "\r\e[K";

    static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    readonly TextWriter _error;
    readonly int _width;
    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly Lock _lock = new();
    TimeSpan _next = First;
    bool _isShown;

    ProgressLine(TextWriter error, int width)
    {
        _error = error;
        _width = width;
    }

    /// <summary>The line; null where it has no place.</summary>
    /// <param name="context">The command.</param>
    /// <param name="isWanted">Also where standard output, the program's own, is a terminal.</param>
    public static ProgressLine? Of(CommandContext context, bool isWanted)
    {
        var terminal = context.Messages.Options;
        return terminal.Colors && !context.Quiet && (isWanted || context.Host.OutputWidth == 0)
            ? new ProgressLine(context.Host.Error, terminal.Width)
            : null;
    }

    /// <summary>Shows how it goes, at most five times a second; removes the line at the end.</summary>
    public void Show(RecordingProgress progress)
    {
        lock (_lock)
        {
            if (progress.HasEnded)
            {
                if (_isShown)
                    Write(Clear);
                _isShown = false;
                _next = TimeSpan.MaxValue;
                return;
            }

            var now = _clock.Elapsed;
            if (now < _next)
                return;
            _next = now + Pause;
            _isShown = true;
            var text = Text(progress, now);
            Write(Clear + (text.Length < _width ? text : text[..Math.Max(_width - 1, 0)]));
        }
    }

    void Write(string text)
    {
        try
        {
            _error.Write(text);
        }
        catch (IOException)
        {
            // The terminal is gone; the program goes on.
            _next = TimeSpan.MaxValue;
        }
    }

    static string Text(RecordingProgress progress, TimeSpan time)
    {
        var processes = progress.Processes == 1 ? "process" : "processes";
        var lost = progress.Lost == 0 ? "" : $", {Number(progress.Lost)} lost";
        return $"auditrules: {Number(progress.Events)} events of {Number(progress.Processes)} {processes}{lost}, {Number((long)time.TotalSeconds)} s";
    }

    static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
