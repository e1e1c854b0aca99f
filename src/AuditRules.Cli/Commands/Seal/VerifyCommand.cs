using System.CommandLine;
using System.CommandLine.Parsing;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Reporting.Json;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Seal;

/// <summary><c>verify</c>: whether traces are as they were written (docs/cli.md, C80 and C81).</summary>
static class VerifyCommand
{
    public static CliCommand Create(CliHost host)
    {
        var traces = new Argument<string[]>("TRACE")
        {
            Description = "Traces to look at, - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var head = new Option<string?>("--expect-head")
        {
            Description = "The head that record or seal said: not a byte may be another",
            HelpName = "HEAD",
        };
        head.Validators.Add(CheckHead);
        var keys = new Option<string[]>("--key")
        {
            Description = "A public key that must have signed (PEM); each of several must",
            HelpName = "PUBLIC.pem",
            Arity = ArgumentArity.OneOrMore,
        };
        var seal = new Option<bool>("--require-seal") { Description = "Fail where a trace is not sealed" };
        var format = ReportOptions.FormatOption();
        var command = new CliCommand("verify", "Says whether traces are whole, and as they were written.")
        {
            Usage = "TRACE... [options]",
            Examples =
            [
                new("auditrules verify run.atrace", "Every checksum, column, total and the tree"),
                new(
                    "auditrules verify run.atrace --key ci.pub.pem",
                    "It must be signed, by the key of that name"
                ),
                new(
                    "auditrules verify run.atrace --expect-head 6:9f86...0a08",
                    "It must be the very trace that was recorded"
                ),
            ],
            Details = """
                Exit codes: 0 whole, 3 damaged or not closed, 6 tampered with, or what is expected
                is not there. docs/how-to/seal-a-trace.md explains it.
                """,
        };
        command.Add(traces);
        command.Add(head);
        command.Add(keys);
        command.Add(seal);
        command.Add(format);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var paths = parse.GetRequiredValue(traces);
                var expectedHead = parse.GetValue(head);
                if (expectedHead is not null && paths.Length > 1)
                    throw new CommandFailure(
                        ExitCode.Usage,
                        "--expect-head is the head of one trace",
                        "Verify each trace with its own head."
                    );
                TraceFiles.Require(context, paths);
                var read = new List<SealKey>();
                try
                {
                    foreach (var path in parse.GetValue(keys) ?? [])
                        read.Add(KeyFile.ReadPublic(context, path));
                    var expected = new TraceExpectations
                    {
                        Seal = parse.GetValue(seal),
                        Head = expectedHead is null ? null : TraceHead.Parse(expectedHead),
                        Keys = [.. read],
                    };
                    return Verify(context, paths, expected, parse.GetValue(format)!);
                }
                finally
                {
                    read.ForEach(k => k.Dispose());
                }
            }
        );
    }

    static void CheckHead(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(t => TraceHead.Parse(t.Value) is null))
            result.AddError(
                $"--expect-head takes a head as record prints it, a number, a colon and 64 hexadecimal digits; not {token.Value}"
            );
    }

    static ExitCode Verify(
        CommandContext context,
        IReadOnlyList<string> paths,
        TraceExpectations expected,
        string format
    )
    {
        var codes = new List<ExitCode>();
        foreach (var path in paths)
        {
            var found = TraceFiles.Read(context, path, () => Verify(context, path, expected));
            codes.Add(
                found.Verdict switch
                {
                    TraceVerdict.Tampered or TraceVerdict.NotAsExpected => ExitCode.Tampered,
                    TraceVerdict.Damaged => ExitCode.Damage,
                    _ => ExitCode.Clean,
                }
            );
            if (ReportOptions.IsJson(format))
            {
                using var lines = new JsonLines(context.OutStream());
                lines.Write(json => VerifyReport.Write(json, context.Paths.Show(path), found));
            }
            else if (!context.Quiet || found.Verdict != TraceVerdict.Whole)
            {
                VerifyReport.Write(context.Out, context.Paths.Show(path), found);
            }
        }

        return ExitCodes.Of(codes);
    }

    static TraceVerification Verify(CommandContext context, string path, TraceExpectations expected)
    {
        using var stream = TraceFiles.Open(context, path);
        return TraceVerifier.Verify(stream, expected);
    }
}
