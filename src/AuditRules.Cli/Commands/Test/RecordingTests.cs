using System.Collections.Immutable;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Cli.RuleSets;
using AuditRules.Detection.Findings;
using AuditRules.Reporting.Reports;

namespace AuditRules.Cli.Commands.Test;

/// <summary>Recordings against what is expected of them.</summary>
sealed class RecordingTests(CommandContext context, RuleSet rules, TestResults results, bool update)
{
    // Where single files were named, what is expected of other rules is not looked at (C60).
    readonly IReadOnlySet<string>? _rules =
        rules.Files.Folder.Length > 0
            ? null
            : rules.Rules.Select(r => r.Info.Id).ToHashSet(StringComparer.Ordinal);

    readonly List<Action> _writes = [];

    // Their rules find nothing: what is expected of them would be missing, or be lost.
    readonly ImmutableArray<string> _leftOut =
    [
        .. rules.LeftOut.Select(file =>
            $"{file.Place.File} was left out: what is expected of its rules is missing"
        ),
    ];

    public void Run(IReadOnlyList<string> traces)
    {
        foreach (var trace in traces)
            Run(trace);
        // Behind all replays: where one of them has a rule stopped, all are done again without it (C110).
        foreach (var write in _writes)
            write();
    }

    void Run(string trace)
    {
        var name = context.Paths.Show(trace);
        TraceReport report;
        try
        {
            report = ReplayRun.One(context, trace, rules.Rules);
        }
        catch (CommandFailure failure)
        {
            results.Fail(name, failure.Message);
            return;
        }

        if (report.Tampering is { } tampering)
        {
            results.Fail(
                name,
                FormattableString.Invariant(
                    $"it was tampered with: {tampering.Message} (at byte {tampering.Offset}); see auditrules verify {name}"
                )
            );
            return;
        }

        var failed = report.Detection.Outcomes.Where(o => o.Verdict == Verdict.Failed).ToArray();
        if (failed.Length > 0)
        {
            results.Fail(name, failed.Select(o => $"{o.Rule.Id} failed: {o.Reason}"));
            return;
        }

        if (update && !report.Damages.IsEmpty)
        {
            results.Fail(
                name,
                "it is damaged: what is found in the rest is not what to expect of it; record it again"
            );
            return;
        }

        if (update && !_leftOut.IsEmpty)
        {
            results.Fail(name, _leftOut);
            return;
        }

        Compare(name, Path.ChangeExtension(trace, ExpectedFindings.Extension), report.Detection);
    }

    void Compare(string name, string file, DetectionResult result)
    {
        var found = ExpectedFindings.Of(result);
        var text = File.Exists(file) ? File.ReadAllText(file) : null;
        if (update)
        {
            Update(name, file, text, found);
            return;
        }

        if (text is null)
        {
            results.Fail(
                name,
                $"{context.Paths.Show(file)} does not exist: review what is found, then write it with --update",
                Found(found)
            );
            return;
        }

        var difference = LineDifference.Of(ExpectedFindings.Parse(text, _rules), found);
        if (difference.Count == 0)
            results.Pass($"{name}: {Found(found)}");
        else
            results.Fail(name, [.. difference, .. _leftOut]);
    }

    void Update(string name, string file, string? text, IReadOnlyList<string> found)
    {
        if (_rules is not null)
            throw new CommandFailure(
                ExitCode.Usage,
                "--update needs a folder of rules: single files do not say what the others expect",
                "As in: auditrules test rules --update"
            );
        var rewritten = ExpectedFindings.Rewrite(
            text,
            Path.GetFileName(Path.ChangeExtension(file, ".atrace")),
            found
        );
        if (rewritten != text)
        {
            _writes.Add(() => Write(file, rewritten));
        }

        results.Pass($"{name}: {Found(found)}");
    }

    void Write(string file, string text)
    {
        using var output = OutputFile.Create(context, file);
        output.Stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        output.Complete(context);
        results.Note($"wrote {context.Paths.Show(file)}");
    }

    static string Found(IReadOnlyCollection<string> lines)
    {
        var findings = lines.Count(l => !l.StartsWith(' '));
        return findings == 0 ? "nothing found" : FormattableString.Invariant($"{findings} found");
    }
}
