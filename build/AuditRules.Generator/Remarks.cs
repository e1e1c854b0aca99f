namespace AuditRules.Generator;

/// <summary>The sentences on an event that all outputs share.</summary>
static class Remarks
{
    /// <summary><c>path (file up to 3.12), mode, flags</c> or <c>none</c>.</summary>
    public static string Arguments(EventModel model)
    {
        if (model.ArgumentCount == 0)
            return "none";
        return string.Join(
            ", ",
            model
                .Arguments.GroupBy(a => a.Place.Argument)
                .OrderBy(same => same.Key)
                .Select(same => string.Join(" or ", same.Select(a => a.RawName + Older(model, a))))
        );
    }

    static string Older(EventModel model, FieldModel argument) =>
        string.Concat(
            model
                .Fields.Where(f => f.AliasOf == argument.RawName)
                .Select(f => $" ({f.RawName} up to {f.Until})")
        );

    /// <summary>Since and until when, and where it is documented.</summary>
    public static string Versions(EventModel model)
    {
        var since = model.Kind switch
        {
            "undocumented" =>
                $"Not documented; raised by {model.Source} since Python {model.FirstDocumented}",
            "internal" =>
                $"Internal to the standard library; listed since Python {model.FirstDocumented}: {Page(model.Source)}",
            _ => $"Documented since Python {model.FirstDocumented}: {Page(model.Source)}",
        };
        var removed = model.RemovedIn is { } version ? $"; removed in {version}" : "";
        return $"{since}{removed}.{Raised(model)}";
    }

    // The page that is made of a file of CPython's documentation.
    static string Page(string source) =>
        source.StartsWith("Doc/", StringComparison.Ordinal)
        && source.EndsWith(".rst", StringComparison.Ordinal)
            ? $"https://docs.python.org/3/{source["Doc/".Length..^".rst".Length]}.html"
            : source;

    static string Raised(EventModel model)
    {
        if (model.RaisedAs.Length > 0)
            return $" Raised as {model.RaisedAs}.";
        var platform = model.Platform switch
        {
            "windows" => " Raised on Windows alone.",
            "bsd" => " Raised on macOS and BSD alone.",
            _ => "",
        };
        return model.RaisedSince == model.FirstDocumented
            ? platform
            : $" Raised since Python {model.RaisedSince}.{platform}";
    }

    /// <summary>What a field is, and what it is when the event does not have it.</summary>
    public static string Field(FieldModel field) => $"{Place(field)} {Absent(field.Type)}";

    /// <summary>What a field is.</summary>
    public static string Place(FieldModel field) =>
        field.IsDerived ? field.Summary : $"Argument {field.Place.Argument}, <c>{field.RawName}</c>.";

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
