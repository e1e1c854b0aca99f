using System.Globalization;
using System.Text.Json;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Replaying;
using AuditRules.Events.Json;
using AuditRules.Reporting.Json;
using AuditRules.Reporting.Terminal;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>The frames of a trace, one a line, and the columns of each below it (docs/cli.md, C58).</summary>
static class FrameTable
{
    // "from" and "to" are seconds after the first event of the trace.
    static readonly string[] Heading =
    [
        "offset",
        "#",
        "events",
        "raw",
        "stored",
        "first",
        "from",
        "to",
        "frame",
    ];

    // The least useful first.
    static readonly string[] Dispensable = ["to", "from", "first", "raw", "#", "events", "stored"];

    public static ExitCode Write(CommandContext context, string path, string format)
    {
        using var stream = TraceFiles.Open(context, path);
        var damages = new List<DamageItem>();
        TraceProblem? tampering = null;
        TraceFiles.Read(
            context,
            path,
            () =>
            {
                var frames = FrameListing.Read(stream, damages.Add, found => tampering = found);
                if (format == InspectFormat.JsonLines)
                    WriteJson(context, frames);
                else
                    WriteText(context.Out, frames);
            }
        );
        foreach (var damage in damages)
            context.Messages.Line(
                FormattableString.Invariant(
                    $"auditrules: damage at byte {damage.Offset:N0}: {damage.Message}"
                )
            );
        if (tampering is not null)
        {
            TraceFiles.TellTampered(context, path, tampering);
            return ExitCode.Tampered;
        }

        return damages.Count > 0 ? ExitCode.Damage : ExitCode.Clean;
    }

    static void WriteText(Screen screen, IEnumerable<FrameLayout> frames)
    {
        var rows = new List<string[]>();
        long? start = null;
        foreach (var frame in frames)
        {
            start ??= frame.FirstTime;
            rows.Add([
                Number(frame.Offset),
                Number(frame.Sequence),
                frame.Events == 0 ? "" : Number(frame.Events),
                Number(frame.RawLength),
                Number(frame.StoredLength),
                frame.FirstOrdinal is { } ordinal ? $"#{Plain(ordinal)}" : "",
                Seconds(start, frame.FirstTime),
                Seconds(start, frame.LastTime),
                frame.Type,
            ]);
            foreach (var column in frame.Columns)
                rows.Add([
                    "",
                    "",
                    "",
                    Number(column.RawLength),
                    Number(column.StoredLength),
                    "",
                    "",
                    "",
                    $"  {NameOf(column.Id)} ({NameOf(column.Codec)})",
                ]);
        }

        var shown = Fitting(rows, screen.Options.Width);
        TableText.Write(
            screen,
            [.. shown.Select(i => Heading[i])],
            [.. rows.Select(row => shown.Select(i => row[i]).ToArray())],
            numbers: shown.Count - 1
        );
    }

    // What a frame is stands last: on a narrow terminal numbers are left out, not that.
    static List<int> Fitting(List<string[]> rows, int width)
    {
        var shown = Enumerable.Range(0, Heading.Length).ToList();
        var widths = shown.ConvertAll(i => rows.Select(r => r[i].Length).Append(Heading[i].Length).Max());
        foreach (var dispensable in Dispensable)
        {
            if (width == 0 || shown.Sum(i => widths[i] + 2) - 2 <= width)
                break;
            shown.Remove(Array.IndexOf(Heading, dispensable));
        }

        return shown;
    }

    static void WriteJson(CommandContext context, IEnumerable<FrameLayout> frames)
    {
        using var lines = new JsonLines(context.OutStream());
        foreach (var frame in frames.TakeWhile(_ => !context.Host.OutputIsClosed()))
            lines.Write(json => WriteJson(json, frame));
    }

    static void WriteJson(Utf8JsonWriter json, FrameLayout frame)
    {
        json.WriteStartObject();
        json.WriteNumber("offset", frame.Offset);
        json.WriteString("type", frame.Type);
        json.WriteNumber("sequence", frame.Sequence);
        json.WriteNumber("events", frame.Events);
        if (frame.FirstOrdinal is { } ordinal)
            json.WriteNumber("firstOrdinal", ordinal);
        if (frame.FirstTime is { } first)
            json.WriteString("firstTime", EventTime.ToText(first));
        if (frame.LastTime is { } last)
            json.WriteString("lastTime", EventTime.ToText(last));
        json.WriteNumber("rawLength", frame.RawLength);
        json.WriteNumber("storedLength", frame.StoredLength);
        json.WriteStartArray("columns");
        foreach (var column in frame.Columns)
        {
            json.WriteStartObject();
            json.WriteNumber("id", column.Id);
            json.WriteString("codec", NameOf(column.Codec));
            json.WriteNumber("rawLength", column.RawLength);
            json.WriteNumber("storedLength", column.StoredLength);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static string Seconds(long? start, long? time) =>
        time is { } moment && start is { } first
            ? ((moment - (decimal)first) / 1e9m).ToString("0.000", CultureInfo.InvariantCulture)
            : "";

    static string NameOf(ColumnCodec codec) => codec.ToString().ToLowerInvariant();

    static string NameOf(int id) =>
        id switch
        {
            1 => "dictionary",
            2 => "shapes",
            3 => "shape of each row",
            4 => "times",
            5 => "threads",
            6 => "thread of each row",
            7 => "callers",
            8 => "caller of each row",
            >= 256 => $"argument {Plain(id - 256)}",
            _ => $"column {Plain(id)}",
        };

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);
}
