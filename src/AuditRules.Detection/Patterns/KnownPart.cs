using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>What is known of a value of which the recorder did not keep all (docs/spec/rules.md, R78).</summary>
static class KnownPart
{
    // Of one character of UTF-8 a cut leaves at most so many bytes.
    const int MostBytesLeft = 3;

    /// <summary>What was cut or redacted of a value: itself, or the path of a path object. Null where it is whole.</summary>
    public static Value? LostOf(Value value) =>
        value switch
        {
            { Kind: ValueKind.Truncated or ValueKind.Redacted } => value,
            // A null alone would become a value, as a text does.
            { AsObject: { } described } => described["path"] is { IsNil: false } path ? LostOf(path)
            : IsPath(described.Type) ? Cut(default)
            : (Value?)null,
            _ => null,
        };

    /// <summary>What was cut or redacted of a value, or of anything within it; null where it is whole.</summary>
    public static Value? LostWithin(Value value)
    {
        // Most values are texts and numbers.
        if (value.Kind is < ValueKind.List or ValueKind.RawStr or ValueKind.BigInt)
            return null;
        if (LostOf(value) is { } lost)
            return lost;
        foreach (var item in value.Items)
        {
            if (LostWithin(item) is { } within)
                return within;
        }

        foreach (var (key, item) in value.Entries)
        {
            if ((LostWithin(key) ?? LostWithin(item)) is { } within)
                return within;
        }

        foreach (var (_, fact) in value.AsObject?.Facts ?? [])
        {
            if (LostWithin(fact) is { } within)
                return within;
        }

        return null;
    }

    /// <summary>The value where it is whole. Else what decides what a pattern says: as a text that was cut what was kept of
    /// it, or what was redacted.</summary>
    public static Value Of(Value value) =>
        LostOf(value) is not { } lost ? value
        : lost.AsText is { } kept ? CutBehind(kept)
        : lost;

    /// <summary>A text that was cut behind its beginning. Bytes are cut within characters too, and what is left of one says
    /// nothing.</summary>
    public static Value CutBehind(string beginning)
    {
        var end = beginning.Length;
        while (
            end > 0
            && beginning.Length - end < MostBytesLeft
            && beginning[end - 1] is >= '\udc80' and <= '\udcff'
        )
            end--;
        return Cut(beginning[..end]);
    }

    static Value Cut(Value head) => Value.Truncated(new(ValueKind.Str, 0, [], head));

    // S32: the path of such an object is not always known, and is left out where it does not fit.
    static bool IsPath(string type) =>
        type is "PosixPath" or "PurePosixPath" or "WindowsPath" or "PureWindowsPath";
}
