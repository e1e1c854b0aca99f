using System.CommandLine;
using System.CommandLine.Parsing;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Cli.Parsing;
using AuditRules.Cli.Replaying;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Seal;

/// <summary><c>seal</c>: signs a trace, or makes the keys for it (docs/cli.md, C82).</summary>
static class SealCommand
{
    const string DefaultName = "auditrules";

    public static CliCommand Create(CliHost host)
    {
        var trace = new Argument<string?>("TRACE")
        {
            Description = "The trace to seal; a signature is appended to it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var key = new Option<string?>("--key")
        {
            Description = "The private key: ECDSA on P-256, PEM",
            HelpName = "PRIVATE.pem",
        };
        var name = new Option<string>("--name")
        {
            Description = $"The key's name in the signature (default: {DefaultName})",
            HelpName = "NAME",
            DefaultValueFactory = _ => DefaultName,
        };
        name.Validators.Add(CheckName);
        var newKey = new Option<string?>("--new-key")
        {
            Description = "Make a pair: this file (mode 0600) and PRIVATE.pub.pem beside it",
            HelpName = "PRIVATE.pem",
        };
        var command = new CliCommand("seal", "Signs a trace, so that a change can be told later.")
        {
            Usage = "TRACE --key PRIVATE.pem | --new-key PRIVATE.pem",
            Examples =
            [
                new("auditrules seal --new-key ci.pem", "Make a pair of keys, once"),
                new("auditrules seal run.atrace --key ci.pem", "Sign a trace, and print its head"),
                new("auditrules verify run.atrace --key ci.pub.pem", "Look later whether it is the same"),
            ],
            Details = """
                Exit codes: 0 sealed, 3 the trace is damaged or not closed, 6 tampered with,
                73 it cannot be written, 78 the key cannot be used.
                """,
        };
        command.Add(trace);
        command.Add(key);
        command.Add(name);
        command.Add(newKey);
        return command.Runs(
            host,
            (context, parse) =>
            {
                var path = parse.GetValue(trace);
                var private_ = parse.GetValue(key);
                if (parse.GetValue(newKey) is not { } made)
                    return Seal(context, path, private_, parse.GetValue(name)!);
                if (path is not null || private_ is not null)
                    throw new CommandFailure(
                        ExitCode.Usage,
                        "--new-key only makes keys",
                        $"First: auditrules seal --new-key {context.Paths.Show(made)}; then seal with --key."
                    );
                KeyFile.Create(context, made);
                return ExitCode.Clean;
            }
        );
    }

    static void CheckName(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(t => !SealKey.IsName(t.Value)))
            result.AddError($"--name takes a name without white space and +, not \"{token.Value}\"");
    }

    static ExitCode Seal(CommandContext context, string? path, string? keyPath, string name)
    {
        if (path is null or "-")
            throw new CommandFailure(
                ExitCode.Usage,
                path is null ? "seal needs a trace" : "standard input cannot be sealed: name a file",
                "As in: auditrules seal run.atrace --key ci.pem"
            );
        if (keyPath is null)
            throw new CommandFailure(
                ExitCode.Usage,
                "option --key is required",
                $"As in: auditrules seal {context.Paths.Show(path)} --key ci.pem; --new-key ci.pem makes one."
            );
        TraceFiles.Require(context, [path]);
        using var key = KeyFile.ReadPrivate(context, keyPath);
        var result = TraceFiles.Read(context, path, () => Seal(context, path, key, name));
        if (result.Head is null)
            throw Refusal(context, path, result.Found);
        context.Out.Unbroken($"{result.Head}");
        return ExitCode.Clean;
    }

    static SealResult Seal(CommandContext context, string path, SealKey key, string name)
    {
        try
        {
            // Not buffered: what a full disk refuses must fail while it can still be taken away again.
            using var stream = new WritableFile(
                context.Paths.Full(path),
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.Read,
                    BufferSize = 0,
                }
            );
            var result = TraceSealer.Seal(stream, key, name);
            stream.Flush(flushToDisk: true);
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CommandFailure(
                ExitCode.NoOutput,
                $"cannot seal {context.Paths.Show(path)}: {(e is UnauthorizedAccessException ? "this user may not write it" : e.Message)}",
                "A signature is appended to the trace itself: make room for it, or seal a copy."
            );
        }
    }

    static CommandFailure Refusal(CommandContext context, string path, TraceVerification found)
    {
        var first = found.Problems.FirstOrDefault(p => p.IsTampering) ?? found.Problems[0];
        return new CommandFailure(
            found.Verdict == TraceVerdict.Tampered ? ExitCode.Tampered : ExitCode.Damage,
            $"{context.Paths.Show(path)} is not sealed: {first.Message} ({first.Code} at byte {first.Offset})",
            $"A seal is for whole traces. See: auditrules verify {context.Paths.Show(path)}"
        );
    }
}
