using AuditRules.Events;

namespace AuditRules.Recording.Packing;

/// <summary>Where the merge stands in one image.</summary>
internal sealed class MergeCursor(Image image, long time)
{
    internal Image Image => image;
    internal ImageStream? Stream { get; set; }
    internal bool HasBegun { get; set; }

    /// <summary>What the trace says of its beginning; the next part says it again.</summary>
    internal ProcessRecord? Beginning { get; set; }

    /// <summary>Has an event, or its beginning or end, to be written; else it waits for more.</summary>
    internal bool IsQueued { get; set; } = true;

    /// <summary>Nothing more comes of it, but for its exit.</summary>
    internal bool HasEnded { get; set; }
    internal ProcessRecord? Exit { get; set; }

    /// <summary>All of it is written.</summary>
    internal bool IsOver => HasEnded && Exit is null;

    /// <summary>Its process was gone when this was last looked at.</summary>
    internal bool IsGone { get; set; }

    /// <summary>Its events in the part that is written.</summary>
    internal long Events { get; set; }

    /// <summary>Those of its events that are not in a total yet.</summary>
    internal long Untold { get; set; }

    /// <summary>Its losses that a part told of; null before the first did.</summary>
    internal ImageLosses? Told { get; set; }

    /// <summary>Of what is to be written next.</summary>
    internal long Time { get; set; } = time;

    /// <summary>Of what was written last: an image's times never go back.</summary>
    internal long Last { get; set; } = time;

    /// <summary>The version of the stream whose state was saved last; -1 where it is to be saved whatever it is.</summary>
    internal long Saved { get; set; } = -1;

    /// <summary>How far it is packed.</summary>
    internal ImageState Save()
    {
        var stream = Stream!.Save();
        return ImageState.Of(image, IsOver ? new StreamState { Sequence = stream.Sequence } : stream) with
        {
            HasBegun = HasBegun,
            HasEnded = IsOver,
            Events = Events,
            Untold = Untold,
            LastTime = Last,
            Told = IsOver ? null : Told?.Save(),
        };
    }

    /// <summary>Goes on where another packer was stopped.</summary>
    internal void Restore(ImageState state)
    {
        (Events, Untold) = (state.Events, state.Untold);
        if (state.Told is null)
            return;
        Told = new ImageLosses();
        Told.Restore(state.Told);
    }
}
