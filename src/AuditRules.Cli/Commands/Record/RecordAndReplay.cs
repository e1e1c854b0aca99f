using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;
using AuditRules.Cli.Supervision;
using AuditRules.Detection.Plans;
using AuditRules.Recording;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Reports;
using AuditRules.Reporting.Terminal;

namespace AuditRules.Cli.Commands.Record;

/// <summary>How <c>record --rules</c> reports.</summary>
sealed record ReportRequest(
    string Format,
    string? File,
    Severity? FailOn,
    bool Strict,
    bool Verbose,
    bool Timings
);

/// <summary><c>record --rules</c>: records and replays in one step (docs/cli.md, C23, C46 and C48).</summary>
static class RecordAndReplay
{
    public static int Run(
        CommandContext context,
        RecordingOptions options,
        string? path,
        RuleSet rules,
        ReportRequest request
    ) =>
        Run(
            context,
            options,
            path,
            request,
            (trace, file) => () => (int)Replay(context, trace, rules, request, file)
        );

    /// <summary>The same with the rules in a process of their own (docs/cli.md, C110).</summary>
    /// <param name="context">The command.</param>
    /// <param name="options">What is recorded.</param>
    /// <param name="path">The trace; null to keep none.</param>
    /// <param name="words">The words of a command that replays, but for the trace.</param>
    /// <param name="request">How it reports.</param>
    public static int RunSupervised(
        CommandContext context,
        RecordingOptions options,
        string? path,
        IReadOnlyList<string> words,
        ReportRequest request
    )
    {
        EarlyReplay? early = null;
        try
        {
            return Run(
                context,
                options,
                path,
                request,
                (trace, file) =>
                {
                    early = EarlyReplay.Start([.. words, context.Paths.Full(trace)], file?.Stream);
                    return early.IsReady ? () => Complete(context, early, file) : null;
                }
            );
        }
        finally
        {
            early?.Dispose();
        }
    }

    static int Complete(CommandContext context, EarlyReplay early, OutputFile? file)
    {
        context.Flush();
        var code = early.Complete();
        file?.Complete(context);
        return code;
    }

    static int Run(
        CommandContext context,
        RecordingOptions options,
        string? path,
        ReportRequest request,
        Func<string, OutputFile?, Func<int>?> begin
    )
    {
        using var reportFile = request.File is null
            ? null
            : OutputFile.Create(context, request.File, endsBySignal: false);
        var kept = path ?? Path.Combine(Path.GetTempPath(), $"auditrules-{Path.GetRandomFileName()}.atrace");
        try
        {
            Func<int>? replayTrace;
            using (reportFile?.EndsBySignal())
                replayTrace = begin(kept, reportFile);
            if (replayTrace is null)
                return ExitCodes.RecorderFailed;
            // While it records, signals are the program's.
            var code = Recording.Run(context, options, kept, request.Strict, keeps: path is not null);
            if (!File.Exists(context.Paths.Full(kept)))
                return code;
            using (reportFile?.EndsBySignal())
            using (path is null ? new Interruption(kept) : null)
            {
                var replay = replayTrace();
                return code != 0 ? code : replay;
            }
        }
        finally
        {
            if (path is null)
                File.Delete(kept);
        }
    }

    static ExitCode Replay(
        CommandContext context,
        string trace,
        RuleSet rules,
        ReportRequest request,
        OutputFile? file
    )
    {
        var report = ReplayRun.Of(context, [trace], rules, request.Timings);
        if (file is null)
        {
            Write(context, report, request, context.Messages);
        }
        else
        {
            WriteTo(context, report, request, file);
            file.Complete(context);
        }

        return ReplayRun.CodeOf(report, request.FailOn, request.Strict);
    }

    static void WriteTo(CommandContext context, ReplayReport report, ReportRequest request, OutputFile file)
    {
        using var writer = new StreamWriter(file.Stream, leaveOpen: true);
        Write(context, report, request, new Screen(writer, TerminalOptions.Plain));
    }

    static void Write(CommandContext context, ReplayReport report, ReportRequest request, Screen screen)
    {
        if (!ReportOptions.IsJson(request.Format))
        {
            TextReport.Write(screen, report, new TextReportOptions(context.Quiet, request.Verbose));
            return;
        }

        using var lines = new MemoryStream();
        JsonLinesReport.Write(lines, report);
        screen.Writer.Write(System.Text.Encoding.UTF8.GetString(lines.GetBuffer(), 0, (int)lines.Length));
    }
}
