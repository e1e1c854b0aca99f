namespace AuditRules.Events;

/// <summary>A typed view over events of one name: a struct around the event, without a copy.</summary>
/// <typeparam name="TSelf">The view itself.</typeparam>
public interface IEventView<TSelf>
    where TSelf : struct, IEventView<TSelf>
{
    /// <summary>The name of the events that the view is for; null for a view over events of any name.</summary>
    static abstract string? EventName { get; }

    /// <summary>The view over that event, which must have that name.</summary>
    static abstract TSelf Create(EventView view);

    /// <summary>The event under the view.</summary>
    EventView Event { get; }
}
