namespace AuditRules.Cli.Files;

/// <summary>
/// A file that is written. .NET answers a file beyond the size that the process may write (<c>ulimit -f</c>) with
/// another exception than a full disk; here both are an <see cref="IOException"/>.
/// </summary>
sealed class WritableFile(string path, FileStreamOptions options) : FileStream(path, options)
{
    // In a class of its own all other ways to write lead here.
    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            base.Write(buffer, offset, count);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw TooLarge(e);
        }
    }

    public override void Flush(bool flushToDisk)
    {
        try
        {
            base.Flush(flushToDisk);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw TooLarge(e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw TooLarge(e);
        }
    }

    static IOException TooLarge(Exception e) =>
        new("it would be larger than this process may write a file", e);
}
