namespace AuditRules.Generator;

/// <summary>The sentences on an event that all outputs share.</summary>
static class Remarks
{
    /// <summary><c>path, mode, flags</c> or <c>none</c>.</summary>
    public static string Arguments(EventModel model)
    {
        if (model.ArgumentCount == 0)
            return "none";
        return string.Join(
            ", ",
            model
                .Arguments.GroupBy(a => a.Place.Argument)
                .OrderBy(same => same.Key)
                .Select(same => string.Join(" or ", same.Select(a => a.RawName)))
        );
    }

    /// <summary>Since and until when, and where it is documented.</summary>
    public static string Versions(EventModel model)
    {
        var since = model.Kind switch
        {
            "undocumented" =>
                $"Not documented; raised by {model.Source} since Python {model.FirstDocumented}",
            "internal" =>
                $"Internal to the standard library; listed since Python {model.FirstDocumented} in {model.Source}",
            _ => $"Documented since Python {model.FirstDocumented} in {model.Source}",
        };
        return model.RemovedIn is { } removed ? $"{since}; removed in {removed}." : $"{since}.";
    }

    /// <summary>What a field is.</summary>
    public static string Field(FieldModel field)
    {
        if (field.IsDerived)
            return $"{field.Summary} {Absent(field.Type)}";
        return $"Argument {field.Place.Argument}, <c>{field.RawName}</c>. {Absent(field.Type)}";
    }

    static string Absent(ArgumentType type) =>
        type switch
        {
            ArgumentType.Text => "Empty when it is absent or no text.",
            ArgumentType.Int => "0 when it is absent or no integer.",
            ArgumentType.Float => "NaN when it is absent or no number.",
            ArgumentType.Bool => "False when it is absent.",
            ArgumentType.Texts => "Empty when it is absent or no list; one text counts as a list of one.",
            _ => "Nil when it is absent.",
        };
}
