using System.Collections.Immutable;
using System.Text.Json;

namespace AuditRules.Events.Json;

/// <summary>
/// Reads the tokens of one line; what is not as wanted is a <see cref="LineException"/>. Each method begins at the first
/// token of what it reads and ends at its last.
/// </summary>
ref struct TokenReader(ReadOnlySpan<byte> line)
{
    // A value of depth 64 takes at most three levels of JSON each.
    static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    Utf8JsonReader _reader = new(line, Options);

    public readonly JsonTokenType Type => _reader.TokenType;

    /// <summary>The token's first byte in the line, from 1.</summary>
    public readonly int Column => (int)_reader.TokenStartIndex + 1;

    public readonly ReadOnlySpan<byte> Bytes => _reader.ValueSpan;

    /// <summary>Goes to the next token; false at the end.</summary>
    public bool Next()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException e)
        {
            var message = e.Message.AsSpan();
            var end = message.IndexOf(" LineNumber:");
            throw new LineException(
                (int)(e.BytePositionInLine ?? 0) + 1,
                $"this is not JSON: {(end < 0 ? message : message[..end])}"
            );
        }
    }

    /// <summary>Goes to the next token, which must be there.</summary>
    public void Must()
    {
        if (!Next())
            throw Error("the line ends early");
    }

    /// <summary>Goes to an object's next member and its value; false at the object's end.</summary>
    public bool NextMember(out string name, out int column)
    {
        Must();
        column = Column;
        name = "";
        if (Type == JsonTokenType.EndObject)
            return false;
        name = Text();
        Must();
        return true;
    }

    public readonly string String(string what) =>
        Type == JsonTokenType.String ? Text() : throw Error($"{what} must be text");

    public readonly long Int64(string what) =>
        Type == JsonTokenType.Number && _reader.TryGetInt64(out var value)
            ? value
            : throw Error($"{what} must be an integer of 64 bits");

    public readonly int Int32(string what) =>
        Type == JsonTokenType.Number && _reader.TryGetInt32(out var value)
            ? value
            : throw Error($"{what} must be an integer of 32 bits");

    public readonly bool Boolean(string what) =>
        Type switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw Error($"{what} must be true or false"),
        };

    public readonly long Time(string what) =>
        EventTime.TryParse(String(what), out var time)
            ? time
            : throw Error($"{what} must be a time as 2026-01-02T03:04:05.000000006Z");

    public readonly byte[] Base64(string what) =>
        Type == JsonTokenType.String && _reader.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw Error($"{what} must be base64");

    public ImmutableArray<string> Strings(string what)
    {
        Open(JsonTokenType.StartArray, $"{what} must be a list of texts");
        var texts = ImmutableArray.CreateBuilder<string>();
        for (Must(); Type != JsonTokenType.EndArray; Must())
            texts.Add(String(what));
        return texts.ToImmutable();
    }

    public readonly void Open(JsonTokenType type, string message)
    {
        if (Type != type)
            throw Error(message);
    }

    public void Skip()
    {
        if (Type is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            return;
        var depth = _reader.CurrentDepth;
        do Must();
        while (_reader.CurrentDepth > depth);
    }

    public readonly LineException Error(string message) => new(Column, message);

    readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("text is not UTF-8, or has half of a surrogate pair");
        }
    }
}

/// <summary>A line that cannot be used; it never leaves <see cref="EventJson"/>.</summary>
#pragma warning disable RCS1194 // It is never made without a column.
sealed class LineException(int column, string message) : Exception(message)
#pragma warning restore RCS1194
{
    /// <summary>The byte in the line, from 1.</summary>
    public int Column { get; } = column;
}
