namespace AuditRules.Detection.Plans;

/// <summary>How much of an event code reads.</summary>
public enum ReadKind
{
    /// <summary>One argument.</summary>
    Argument,

    /// <summary>The caller.</summary>
    Caller,

    /// <summary>Arguments that are not known: any of them.</summary>
    Arguments,

    /// <summary>The event as a whole was handed on: perhaps any argument, perhaps the caller.</summary>
    Event,
}

/// <summary>What code of a rule reads of the event of a step (docs/spec/rules.md, R110).</summary>
/// <param name="Step">The step whose event it is, from 0; of no meaning where the code sees one event alone.</param>
/// <param name="Kind">How much.</param>
/// <param name="Argument">The argument, from 0; 0 where it is not one.</param>
/// <param name="Field">The argument's name as authors write it; empty where it is not one.</param>
/// <param name="EventName">The events of which it is read; null for events of any name.</param>
public sealed record FieldRead(int Step, ReadKind Kind, int Argument, string Field, string? EventName)
{
    /// <summary>One argument.</summary>
    public static FieldRead ArgumentOf(int step, int argument, string field, string? eventName = null) =>
        new(step, ReadKind.Argument, argument, field, eventName);

    /// <summary>The caller.</summary>
    public static FieldRead CallerOf(int step, string? eventName = null) =>
        new(step, ReadKind.Caller, 0, "", eventName);

    /// <summary>Arguments that are not known.</summary>
    public static FieldRead ArgumentsOf(int step, string? eventName = null) =>
        new(step, ReadKind.Arguments, 0, "", eventName);

    /// <summary>The event as a whole.</summary>
    public static FieldRead EventOf(int step, string? eventName = null) =>
        new(step, ReadKind.Event, 0, "", eventName);

    /// <summary>True where it is known that the code asks for that very thing.</summary>
    public bool IsCertain => Kind is ReadKind.Argument or ReadKind.Caller;

    /// <summary>True where it reads of events of that name.</summary>
    public bool IsOf(string eventName) => EventName is null || EventName == eventName;
}
