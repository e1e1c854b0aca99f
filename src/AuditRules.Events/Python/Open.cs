namespace AuditRules.Events.Python;

public readonly partial struct Open
{
    // The lowest two bits of open(2)'s flags hold the access mode; the numbers are the same on every platform.
    const long AccessMode = 3;
    const long WriteOnly = 1;

    /// <summary>
    /// True when the file is opened to be written: O_WRONLY or O_RDWR among the flags, or one of <c>w a x +</c> in
    /// the mode. os.open gives flags alone.
    /// </summary>
    [ReadsArguments(1, 2)]
    public bool IsWrite => (Flags & AccessMode) != 0 || Mode.AsSpan().IndexOfAny("wax+") >= 0;

    /// <summary>
    /// True when the file is opened to be read, perhaps to be written too: decided by the flags, and by the mode when
    /// the event has no flags.
    /// </summary>
    [ReadsArguments(1, 2)]
    public bool IsRead =>
        _event[2].Kind == ValueKind.Int
            ? (Flags & AccessMode) != WriteOnly
            : Mode.AsSpan().IndexOfAny("r+") >= 0;
}
