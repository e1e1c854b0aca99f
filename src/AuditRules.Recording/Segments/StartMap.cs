using System.Collections.Immutable;
using AuditRules.Events;
using AuditRules.Traces;
using MessagePack;

namespace AuditRules.Recording.Segments;

/// <summary>What an image says of itself when it begins (rule S17). What is absent is empty.</summary>
internal sealed record StartMap
{
    const int MaxAncestors = 8;

    internal string Recorder { get; private set; } = "";
    internal string RecorderVersion { get; private set; } = "";
    internal string Runtime { get; private set; } = "";
    internal string RuntimeVersion { get; private set; } = "";
    internal string Platform { get; private set; } = "";
    internal string Profile { get; private set; } = "";
    internal ImmutableArray<string> Command { get; private set; } = [];
    internal ImmutableArray<string> Include { get; private set; } = [];
    internal ImmutableArray<string> Exclude { get; private set; } = [];
    internal ImmutableArray<string> Drop { get; private set; } = [];
    internal ImmutableArray<string> Blind { get; private set; } = [];

    /// <summary>The parent's pid, its parent's, ...</summary>
    internal ImmutableArray<int> Ancestors { get; private set; } = [];

    /// <summary>Reads a map; what is damaged in it is as if it were absent.</summary>
    internal static StartMap Read(ReadOnlySpan<byte> bytes)
    {
        var map = new StartMap();
        try
        {
            var reader = new MessagePackReader(bytes);
            for (var left = reader.End ? 0 : reader.ReadMapHeader(); left > 0; left--)
            {
                var key = ValueCodec.Read(ref reader).AsText;
                map.Take(key, ValueCodec.Read(ref reader));
            }
        }
        catch (MessagePackSerializationException)
        {
            // What was read so far stands.
        }

        return map;
    }

    void Take(string? key, Value value)
    {
        switch (key)
        {
            case "recorder":
                Recorder = TextOf(value);
                break;
            case "recorderVersion":
                RecorderVersion = TextOf(value);
                break;
            case "runtime":
                Runtime = TextOf(value);
                break;
            case "runtimeVersion":
                RuntimeVersion = TextOf(value);
                break;
            case "platform":
                Platform = TextOf(value);
                break;
            case "profile":
                Profile = TextOf(value);
                break;
            case "command":
                Command = TextsOf(value);
                break;
            case "include":
                Include = TextsOf(value);
                break;
            case "drop":
                Drop = TextsOf(value);
                break;
            case "blind":
                Blind = TextsOf(value);
                break;
            case "exclude":
                Exclude = TextsOf(value);
                break;
            case "ancestors":
                Ancestors = PidsOf(value);
                break;
            default:
                break;
        }
    }

    static string TextOf(Value value) => PythonText.Valid(value.AsText ?? "");

    static ImmutableArray<string> TextsOf(Value value)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var item in value.Items)
        {
            // A list that was cut ends in a truncated list (rule S31).
            var isCut = item.AsTruncated is { Kind: ValueKind.List };
            texts.Add(isCut ? "..." : TextOf(item));
        }

        return texts.ToImmutable();
    }

    static ImmutableArray<int> PidsOf(Value value)
    {
        var pids = ImmutableArray.CreateBuilder<int>();
        foreach (var item in value.Items)
        {
            if (pids.Count == MaxAncestors)
                break;
            pids.Add((int)Math.Clamp(item.AsInt64, 0, int.MaxValue));
        }

        return pids.ToImmutable();
    }
}
