namespace AuditRules.Recording.Redaction;

/// <summary>
/// Finds the secrets of a text one behind the other (docs/spec/segment.md, section 11). The hooks do the same, in C
/// (src/hook/redact.c) and in Python; a test holds all three against each other.
/// </summary>
/// <param name="text">The text in UTF-8.</param>
/// <param name="item">It is a member of a list.</param>
internal ref struct SecretScan(ReadOnlySpan<byte> text, bool item)
{
    const int MostSpaces = 4;
    const int LongestHeader = 64;

    readonly ReadOnlySpan<byte> _text = text;
    readonly bool _item = item;
    int _at;

    // What lies before it is taken.
    int _floor;

    /// <summary>The next secret, or null.</summary>
    internal Secret? Next()
    {
        if (_at == 0 && _text.Length == 40 && SecretValues.Aws(_text, 0) is { } aws)
            return Take(aws);
        while ((_at = Bytes.Until(_text, _at, Bytes.Triggers)) < _text.Length)
        {
            if (
                Look(_at++) is { } found
                && found.Start < found.End
                && found.Start >= _floor
                && !Mark.StandsAt(_text[found.Start..])
            )
                return Take(found);
        }

        return null;
    }

    Secret Take(Secret found)
    {
        _at = _floor = found.End;
        return found;
    }

    readonly Secret? Look(int at) =>
        _text[at] switch
        {
            (byte)':' => Colon(at),
            (byte)'=' => EqualsSign(at),
            (byte)' ' => Space(at),
            (byte)'-' when _text[at..].StartsWith("-----BEGIN "u8) => KeyBlock(at),
            _ => TokenShapes.At(_text, at),
        };

    readonly Secret? Colon(int at)
    {
        if (_text[(at + 1)..].StartsWith("//"u8))
            return UserInfo(at + 3);
        int end = at,
            value = SkipSpaces(at + 1);
        var quoted = end > _floor && Bytes.IsQuote(_text[end - 1]);
        if (quoted && --end > _floor && _text[end - 1] == '\\')
            end--;
        var start = NameStart(end);
        if (start == end || !SecretNames.Has(_text[start..end]))
            return SecretValues.Aws(_text, value);
        if (SecretValues.Of(_text, value, quoted, end, _floor) is { } found)
            return found;
        var before = start > 0 ? _text[start - 1] : (byte)'\n';
        if (quoted)
            return null;

        // Amid a line a name with a dash is that of a header, and no variable.
        if (!(before is (byte)'\n' or (byte)'\r' || Bytes.IsQuote(before)))
        {
            return _text[start..end].Contains((byte)'-') && !SecretValues.IsAuthorization(_text, end, _floor)
                ? SecretValues.Of(_text, value, bare: true, end, _floor)
                : null;
        }

        // A header, to the end of its line or of its quotes.
        var line = _text[value..].IndexOfAny((byte)'\n', (byte)'\r', before);
        var stop = line < 0 ? _text.Length : value + line;
        return stop == value || SecretValues.IsReference(_text[value..stop], bare: false)
            ? null
            : SecretValues.Named(_text, end, value, stop, _floor);
    }

    readonly Secret? EqualsSign(int at)
    {
        if (
            Bytes.Is(_text, at + 1, '=')
            || (at > 0 && _text[at - 1] is (byte)'=' or (byte)'!' or (byte)'<' or (byte)'>')
        )
            return null;
        int end = at,
            value = SkipSpaces(at + 1);
        while (end > _floor && at - end < MostSpaces && _text[end - 1] == ' ')
            end--;
        var spaced = end < at || value > at + 1;
        if (end > _floor && _text[end - 1] == ']')
            end--;
        if (end > _floor && Bytes.IsQuote(_text[end - 1]))
            end--;
        if (end > _floor && _text[end - 1] == '\\')
            end--;
        var start = NameStart(end);
        if (start == end || !(SecretNames.Has(_text[start..end]) || IsOdbcPassword(start, end)))
            return SecretValues.Aws(_text, value);
        var isWhole = _item && start == 0 && end == at && (_text[0] == '-' || !HasSpace());
        return isWhole
            ? new Secret(at + 1, _text.Length, "named")
            : SecretValues.Of(_text, value, bare: !spaced, end, _floor);
    }

    // Between semicolons PWD is no working directory.
    readonly bool IsOdbcPassword(int start, int end) =>
        start > 0 && _text[(start - 1)..end].SequenceEqual(";PWD"u8);

    readonly Secret? Space(int at)
    {
        if (SecretValues.IsLogin(_text[..at]))
        {
            var line = _text[(at + 1)..].IndexOfAny((byte)'\r', (byte)'\n');
            return new Secret(at + 1, line < 0 ? _text.Length : at + 1 + line, "auth");
        }

        int start = NameStart(at),
            value = at + 1;
        var word = _text[start..at];
        var isToken = Bytes.IsWord(word, "token"u8);
        if (isToken || Bytes.IsWord(word, "bearer"u8) || Bytes.IsWord(word, "basic"u8))
        {
            var end = Bytes.Run(_text, value, Bytes.Auth);
            if (IsCredential(_text[value..end], isToken ? 20 : 8))
                return new Secret(value, end, "auth");
        }

        value = SkipSpaces(value);
        if (word.Length < 2 || word[0] != '-' || !SecretNames.Has(word))
            return SecretValues.Aws(_text, value);
        return value >= _text.Length || _text[value] == '-'
            ? null
            : SecretValues.Of(_text, value, bare: true, at, _floor);
    }

    readonly Secret? KeyBlock(int at)
    {
        var header = _text.Slice(at + 11, Math.Min(LongestHeader + 4, _text.Length - at - 11));
        var length = header.IndexOf("-----"u8);
        if (length < 0 || header[..length].IndexOf("PRIVATE KEY"u8) < 0)
            return null;
        var start = at + 11 + length + 5;
        var end = _text[start..].IndexOf("-----END"u8);
        return new Secret(start, end < 0 ? _text.Length : start + end, "pem");
    }

    readonly Secret? UserInfo(int at)
    {
        var authority = _text[at..Bytes.Until(_text, at, Bytes.AuthorityEnd)];
        int sign = authority.LastIndexOf((byte)'@'),
            colon = authority.IndexOf((byte)':');
        if (sign < 0 || Mark.StandsAt(_text[at..]))
            return null;
        var hasPassword = colon >= 0 && colon < sign;
        var user = hasPassword ? colon : sign;
        if (user >= 20)
            return new Secret(at, at + sign, "url");
        return hasPassword ? new Secret(at + colon + 1, at + sign, "url") : null;
    }

    readonly int NameStart(int end)
    {
        var start = end;
        while (start > _floor && end - start < SecretNames.Longest && Bytes.Name.Contains(_text[start - 1]))
            start--;
        return start;
    }

    readonly int SkipSpaces(int from)
    {
        var at = from;
        while (at - from < MostSpaces && Bytes.Is(_text, at, ' '))
            at++;
        return at;
    }

    readonly bool HasSpace() => _text.IndexOfAnyInRange((byte)0, (byte)' ') >= 0;

    // Too short, or one word of a language: no credentials.
    static bool IsCredential(ReadOnlySpan<byte> run, int least) =>
        run.Length >= least
        && (run.Length >= 32 || Bytes.HasDigit(run) || run.Contains((byte)'=') || Bytes.HasUpper(run[1..]));
}
