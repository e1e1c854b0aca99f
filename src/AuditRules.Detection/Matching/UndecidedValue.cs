using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A value that was cut or redacted, of which a pattern or code asked what is gone (docs/spec/rules.md, R78).</summary>
/// <param name="EventName">The event's name.</param>
/// <param name="Field">The field's name as authors write it.</param>
/// <param name="IsRedacted">True when it was redacted, false when it was cut.</param>
sealed record UndecidedValue(string EventName, string Field, bool IsRedacted)
{
    public static UndecidedValue Of(FieldCondition condition, EventView view) =>
        new(view.Name, condition.Field, condition.Path.IsRedacted(view[condition.Path.Argument]));

    /// <summary>The doubt in which it puts a match, whatever else the recording says (R106).</summary>
    public Doubt AsDoubt() => new([], 0, 0, ToString());

    /// <summary>What is said of it, as <c>the source of compile was cut when it was recorded</c>.</summary>
    public override string ToString() =>
        $"the {Field} of {EventName} was {(IsRedacted ? "redacted" : "cut")} when it was recorded";
}
