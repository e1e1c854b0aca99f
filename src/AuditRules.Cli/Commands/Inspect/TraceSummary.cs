using System.Globalization;
using AuditRules.Cli.Commands.Seal;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Events;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Terminal;
using AuditRules.Reporting.Text;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>What a trace is, on one screen (docs/cli.md, C50).</summary>
static class TraceSummary
{
    public static ExitCode Write(CommandContext context, string path, string format)
    {
        using var stream = TraceFiles.Open(context, path);
        var contents = new TraceContents();
        // It reads all columns as a reader does, and tells at no great cost whether the trace is sealed.
        var found = TraceFiles.Read(context, path, () => TraceVerifier.Verify(stream, seen: contents.Add));
        if (format == InspectFormat.JsonLines)
        {
            using var lines = new JsonLines(context.OutStream());
            lines.Write(json => SummaryLine.Write(json, context.Paths.Show(path), found, contents));
        }
        else
        {
            Write(context.Out, context.Paths.Show(path), found, contents);
        }

        if (found.Verdict == TraceVerdict.Tampered)
            return ExitCode.Tampered;
        return contents.Damages.Count > 0 || contents.Losses.Count > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static void Write(Screen screen, string path, TraceVerification found, TraceContents contents)
    {
        var meta = contents.Meta;
        screen.Write(new StyledLine().Add(path, Tone.Strong).Add($"  {found.TraceId}", Tone.Faint));
        Field(screen, "command", CommandText.Of(meta.Command.IsDefault ? [] : meta.Command));
        Field(screen, "recorder", Join(meta.Recorder, meta.RecorderVersion));
        Field(screen, "runtime", Join(meta.Runtime, meta.RuntimeVersion, meta.Platform));
        Field(screen, "run by", RunBy(meta));
        Field(screen, "commit", meta.Commit);
        Field(screen, "made by", Derived(meta));
        Field(screen, "part", Part(contents));
        Field(screen, "filters", Filters(meta));
        Field(screen, "blind", string.Join("; ", meta.Blind));
        Field(screen, "events", Events(contents));
        Field(screen, "closed", contents.End is null ? "no: its recorder still writes it, or died" : "yes");
        Field(screen, "sealed", VerifyReport.Seal(found));
        WriteTotals(screen, contents);
        WriteProcesses(screen, contents);
        WriteNames(screen, contents);
        foreach (var loss in LossText.Of(contents.Losses))
            screen.Write(new StyledLine().Add("loss", Tone.Warning).Add($" {loss}"));
        foreach (var suspicion in SuspicionText.Of(contents.Suspicions))
            screen.Write(new StyledLine().Add("suspicious", Tone.Warning).Add($" {suspicion}"));
        foreach (var damage in contents.Damages)
            screen.Write(
                new StyledLine()
                    .Add("damage", Tone.Bad)
                    .Add($" at byte {Number(damage.Offset)}: {damage.Message} ({damage.Code})")
                    .Add(LossText.Missing(damage.Events))
            );
    }

    static void WriteTotals(Screen screen, TraceContents contents)
    {
        var left = LossRecord.CountOf(contents.Losses.Where(l => l.Reason == TraceCut.LossReason));
        if (left > 0)
            Field(screen, "left out", $"{Number(left)} on purpose, with cut");
        if (contents.End is not { } end)
            return;
        if (end.Raised >= 0)
            Field(
                screen,
                "raised",
                $"{Number(end.Raised)}, of these {Number(Math.Max(end.Filtered, 0))} filtered and {Number(end.Lost)} lost{Damaged(contents)}"
            );
    }

    static void WriteProcesses(Screen screen, TraceContents contents)
    {
        if (contents.Processes.Count == 0)
            return;
        ProcessTree.Write(screen, contents);
        foreach (var record in contents.NotRecorded)
            screen.Write(
                new StyledLine()
                    .Add("perhaps not recorded", Tone.Warning)
                    .Add($": {NotRecordedText.Of(record, contents.EventOf(record))}")
            );
    }

    static void WriteNames(Screen screen, TraceContents contents)
    {
        if (contents.ByName.Count == 0)
            return;
        var rows = contents
            .ByName.OrderByDescending(n => n.Value)
            .ThenBy(n => n.Key, StringComparer.Ordinal)
            .Select(n => new[] { Number(n.Value), EventText.Name(n.Key) })
            .ToArray();
        screen.Line();
        TableText.Write(screen, ["count", "event"], rows, numbers: 1);
    }

    static string Events(TraceContents contents)
    {
        if (contents.Events == 0)
            return "none";
        var seconds = (contents.LastTime - contents.FirstTime) / 1e9m;
        return $"{Number(contents.Events)}, from {TimeText.Moment(contents.FirstTime)} UTC on, over {seconds.ToString("0.000", CultureInfo.InvariantCulture)} s";
    }

    // "0 lost" is of the recorder: beside damage it must not sound as if nothing were missing.
    static string Damaged(TraceContents contents)
    {
        if (contents.Damages.Count == 0)
            return "";
        if (contents.Damages.Any(d => d.Events is null))
            return " by the recorder; more are missing where the trace is damaged";
        var missing = contents.Damages.Sum(d => d.Events ?? 0);
        return missing == 0
            ? " by the recorder"
            : $" by the recorder; {Number(missing)} more are missing where the trace is damaged";
    }

    static string RunBy(TraceMeta meta) =>
        Join(
            meta.User,
            meta.Host.Length > 0 ? $"on {meta.Host}" : "",
            meta.Directory.Length > 0 ? $"in {meta.Directory}" : ""
        );

    static string Derived(TraceMeta meta) =>
        meta.Derived.Length == 0 ? ""
        : meta.Sources.IsDefaultOrEmpty ? meta.Derived
        : $"{meta.Derived} of {string.Join(", ", meta.Sources)}";

    static string Part(TraceContents contents)
    {
        var meta = contents.Meta;
        var goesOn = contents.End is { Continues: true } ? "the recording goes on in another part" : "";
        if (meta.Part == 0)
            return goesOn;
        var before = meta.Previous.Length > 0 ? $"behind head {meta.Previous}" : "";
        var numbers = meta.LastPart > meta.Part ? $"{meta.Part} to {meta.LastPart}" : $"{meta.Part}";
        string[] parts = [$"{numbers} of recording {meta.RunId}", goesOn, before];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    static string Filters(TraceMeta meta)
    {
        string[] parts =
        [
            meta.Profile.Length > 0 ? $"profile {meta.Profile}" : "",
            .. (meta.Include.IsDefault ? [] : meta.Include).Select(g => $"include {g}"),
            .. (meta.Exclude.IsDefault ? [] : meta.Exclude).Select(g => $"exclude {g}"),
            meta.Environment.Length > 0 ? $"environment {meta.Environment}" : "",
            meta.Redacted ? "redacted" : "",
            meta.Callers ? "" : "no callers",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    static void Field(Screen screen, string name, string text)
    {
        if (text.Length > 0)
            screen.Write(new StyledLine().Add($"{name, -10}", Tone.Faint).Add(text));
    }

    static string Join(params string[] parts) => string.Join(' ', parts.Where(p => p.Length > 0));

    static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
