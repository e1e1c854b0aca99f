using System.Text.Json.Serialization;
using AuditRules.Events;

namespace AuditRules.Recording.Packing;

/// <summary>How far one image is packed.</summary>
internal sealed record ImageState
{
    public int Ordinal { get; init; }
    public ulong Nonce { get; init; }
    public int Pid { get; init; }
    public ulong StartTicks { get; init; }
    public long BeganMono { get; init; }
    public ulong ForkedFrom { get; init; }
    public bool IsFork { get; init; }
    public bool Late { get; init; }

    /// <summary>The ordinal of the image that it came from; -1 for none.</summary>
    public int Parent { get; init; }
    public ProcessChange Change { get; init; }

    /// <summary>Its beginning is in the trace.</summary>
    public bool HasBegun { get; init; }

    /// <summary>All of it is in the trace, or in parts before it.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Its events that are in no total of a part yet.</summary>
    public long Untold { get; init; }

    /// <summary>The losses that a part told of (<see cref="ImageLosses"/>); null before the first did.</summary>
    public long[]? Told { get; init; }

    /// <summary>Its events in the trace, and the time of the last of them.</summary>
    public long Events { get; init; }
    public long LastTime { get; init; }

    /// <summary>What its segments told.</summary>
    public StreamState Stream { get; init; } = new();

    internal static ImageState Of(Image image, StreamState stream) =>
        new()
        {
            Ordinal = image.Ordinal,
            Nonce = image.Nonce,
            Pid = image.Pid,
            StartTicks = image.StartTicks,
            BeganMono = image.BeganMono,
            ForkedFrom = image.ForkedFrom,
            IsFork = image.IsFork,
            Late = image.Late,
            Parent = image.Parent?.Ordinal ?? -1,
            Change = image.Change,
            Stream = stream,
        };

    internal Image ToImage() =>
        new()
        {
            Nonce = Nonce,
            Pid = Pid,
            StartTicks = StartTicks,
            BeganMono = BeganMono,
            ForkedFrom = ForkedFrom,
            IsFork = IsFork,
            Late = Late,
            Change = Change,
        };
}

/// <summary>How far the segments of one image are packed.</summary>
internal sealed record StreamState
{
    /// <summary>The sequence number of the first segment of which nothing is packed.</summary>
    public int Sequence { get; init; }

    /// <summary>Of those before it: how many events are packed, by sequence number. Of all others every event is.</summary>
    public Dictionary<int, long> Taken { get; init; } = [];
    public bool IsFull { get; init; }
    public long ClosedMono { get; init; }
    public bool IsEndUnseen { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>What was counted in segments that are wholly packed (<see cref="ImageLosses"/>).</summary>
    public long[] Losses { get; init; } = [];
}

/// <summary>How states are written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ImageState))]
[JsonSerializable(typeof(PartState[]))]
[JsonSerializable(typeof(long))]
internal sealed partial class ImageStates : JsonSerializerContext;
