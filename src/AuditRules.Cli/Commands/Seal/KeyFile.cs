using System.Text;
using AuditRules.Cli.Exit;
using AuditRules.Cli.Files;
using AuditRules.Cli.Hosting;
using AuditRules.Traces;

namespace AuditRules.Cli.Commands.Seal;

/// <summary>Keys of seals in files. One that cannot be used ends the command with 78 (docs/cli.md, C82).</summary>
static class KeyFile
{
    const int MaxLength = 64 * 1024;
    const string Suffix = ".pem";
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    const string Advice = "Make a pair with: auditrules seal --new-key ci.pem";

    /// <summary>Reads the key that signs.</summary>
    public static SealKey ReadPrivate(CommandContext context, string path) =>
        Read(context, path, isPrivate: true, "it is a public key; the private one signs");

    /// <summary>Reads a key that is expected. Whoever verifies must not need the private half.</summary>
    public static SealKey ReadPublic(CommandContext context, string path) =>
        Read(context, path, isPrivate: false, "it is a private key; the public one verifies");

    /// <summary>Makes a pair of files; where one of them is there already neither is written.</summary>
    public static void Create(CommandContext context, string path)
    {
        var publicPath =
            (path.EndsWith(Suffix, StringComparison.Ordinal) ? path[..^Suffix.Length] : path)
            + ".pub"
            + Suffix;
        using var key = SealKey.Create();
        WriteNew(
            context,
            publicPath,
            key.PublicPem(),
            OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead
        );
        try
        {
            WriteNew(context, path, key.PrivatePem(), OwnerOnly);
        }
        catch (CommandFailure)
        {
            File.Delete(context.Paths.Full(publicPath));
            throw;
        }

        context.Note(
            $"auditrules: wrote the private key {context.Paths.Show(path)} and the public key {context.Paths.Show(publicPath)}"
        );
        context.Note("  Keep the private key where no recorded program can read it.");
    }

    static SealKey Read(CommandContext context, string path, bool isPrivate, string wrongHalf)
    {
        using var stream = InputFile.Open(context, path, Advice, Suffix);
        var bytes = new byte[MaxLength];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            var key = SealKey.Read(Encoding.UTF8.GetString(bytes, 0, length));
            if (key.IsPrivate == isPrivate)
                return key;
            key.Dispose();
            throw new SealKeyException(wrongHalf);
        }
        catch (SealKeyException e)
        {
            throw new CommandFailure(
                ExitCode.BadRules,
                $"cannot use the key {context.Paths.Show(path)}: {e.Message}",
                $"A key is ECDSA on P-256, as PEM, not encrypted. {Advice}"
            );
        }
    }

    static void WriteNew(CommandContext context, string path, string text, UnixFileMode mode)
    {
        var full = context.Paths.Full(path);
        var isMade = false;
        try
        {
            // Not buffered: what a full disk refuses must fail here.
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = mode;
            using var stream = new WritableFile(full, options);
            isMade = true;
            stream.Write(Encoding.ASCII.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Half a key is none, and would be in the way of the next one.
            if (isMade)
                File.Delete(full);
            var isThere = Path.Exists(full);
            throw new CommandFailure(
                ExitCode.NoOutput,
                $"cannot write {context.Paths.Show(path)}: {(isThere ? "it is there already" : OutputFile.Why(e))}",
                isThere
                    ? "A key is never written over: name another file."
                    : "Name another file with --new-key."
            );
        }
    }
}
