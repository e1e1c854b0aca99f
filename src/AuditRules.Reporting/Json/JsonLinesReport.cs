using System.Buffers;
using System.Text.Json;
using AuditRules.Reporting.Escaping;
using AuditRules.Reporting.Reports;

namespace AuditRules.Reporting.Json;

/// <summary>The report of a replay as JSON lines: one finding a line, then a summary (docs/cli.md, C38).</summary>
public static class JsonLinesReport
{
    /// <summary>Writes the report as UTF-8. Finding by finding: no more than one is held in memory.</summary>
    public static void Write(Stream output, ReplayReport report)
    {
        using var lines = new JsonLines(output);
        foreach (var trace in report.Traces)
        {
            foreach (var finding in trace.Detection.Findings)
                lines.Write(json => FindingJson.Write(json, finding, trace.Trace));
        }

        lines.Write(json => SummaryJson.Write(json, report));
    }
}

/// <summary>Writes JSON values, one a line.</summary>
public sealed class JsonLines : IDisposable
{
    readonly Stream _output;
    readonly ArrayBufferWriter<byte> _buffer = new();
    readonly Utf8JsonWriter _json;

    /// <summary>Lines of that stream, which stays the caller's to flush and close.</summary>
    public JsonLines(Stream output)
    {
        _output = output;
        _json = new Utf8JsonWriter(_buffer, SafeJson.WriterOptions);
    }

    /// <summary>Writes one value and the end of its line.</summary>
    public void Write(Action<Utf8JsonWriter> value)
    {
        _json.Reset();
        _buffer.ResetWrittenCount();
        value(_json);
        _json.Flush();
        _buffer.Write("\n"u8);
        _output.Write(_buffer.WrittenSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
