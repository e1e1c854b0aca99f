namespace AuditRules.Events;

/// <summary>
/// Thrown by a frame that decodes its columns when they are asked for and finds that they break the format. It is the
/// input's fault: never that of the rule that happened to ask.
/// </summary>
#pragma warning disable RCS1194 // Only its descendants are thrown, and they say more.
public abstract class MalformedEventsException : Exception
#pragma warning restore RCS1194
{
    /// <summary>An exception with that message.</summary>
    protected MalformedEventsException(string message)
        : base(message) { }
}
