using System.Globalization;
using System.Text.Json;
using AuditRules.Reporting.Terminal;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Seal;

/// <summary>What a verifier found, as text and as a JSON object (docs/cli.md, C80).</summary>
static class VerifyReport
{
    public static void Write(Screen screen, string path, TraceVerification found)
    {
        var tone = found.Verdict switch
        {
            TraceVerdict.Whole => Tone.Good,
            TraceVerdict.Damaged => Tone.Warning,
            _ => Tone.Bad,
        };
        screen.Write(
            new StyledLine()
                .Add($"{path}: ", Tone.Strong)
                .Add(NameOf(found.Verdict), tone)
                .Add(
                    $", {Number(found.Events)} events in {Number(found.Frames)} frames, {(found.Sealed ? "sealed" : "not sealed")}"
                )
        );
        if (found.Head is { } head)
            screen.Unbroken($"  head {head}");
        foreach (var signature in found.Signatures)
            screen.Line($"  signed by {Name(signature)}: {Validity(signature)}");
        foreach (var problem in found.Problems)
            screen.Write(
                new StyledLine()
                    .Add($"  {problem.Code}", problem.IsTampering ? Tone.Bad : Tone.Warning)
                    .Add($" at byte {Number(problem.Offset)}: {problem.Message}")
            );
        if (found.FurtherProblems > 0)
            screen.Line($"  and {Number(found.FurtherProblems)} more");
    }

    public static void Write(Utf8JsonWriter json, string path, TraceVerification found)
    {
        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("id", found.TraceId);
        json.WriteString("verdict", NameOf(found.Verdict));
        json.WriteBoolean("closed", found.Closed);
        json.WriteNumber("frames", found.Frames);
        json.WriteNumber("events", found.Events);
        json.WriteBoolean("sealed", found.Sealed);
        json.WriteString("head", found.Head?.ToString() ?? "");
        json.WriteStartArray("signatures");
        foreach (var signature in found.Signatures)
        {
            json.WriteStartObject();
            json.WriteString("name", signature.Name);
            if (signature.IsValid is { } valid)
                json.WriteBoolean("valid", valid);
            else
                json.WriteNull("valid");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (var problem in found.Problems)
        {
            json.WriteStartObject();
            json.WriteString("code", problem.Code);
            json.WriteNumber("offset", problem.Offset);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One line for <c>inspect</c>: whether the trace is sealed, and by whom.</summary>
    public static string Seal(TraceVerification found)
    {
        if (found.Verdict == TraceVerdict.Tampered)
            return "no: it was tampered with, see auditrules verify";
        if (!found.Sealed)
            return "no";
        return found.Signatures.IsEmpty
            ? "yes, not signed"
            : $"yes, signed by {string.Join(", ", found.Signatures.Select(Name))}; verify --key says whether that is true";
    }

    static string Name(TraceSignature signature) =>
        signature.Name.Length > 0 ? signature.Name : "(a line that is no signature)";

    static string Validity(TraceSignature signature) =>
        signature.IsValid switch
        {
            true => "valid",
            false => "not valid",
            null => "not looked at, its key was not given",
        };

    static string NameOf(TraceVerdict verdict) =>
        verdict switch
        {
            TraceVerdict.Whole => "whole",
            TraceVerdict.Damaged => "damaged",
            TraceVerdict.NotAsExpected => "not as expected",
            _ => "tampered",
        };

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
