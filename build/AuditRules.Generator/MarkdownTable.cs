namespace AuditRules.Generator;

/// <summary>docs/events.md.</summary>
public static class MarkdownTable
{
    const string Head = """
        # Events

        <!-- Written by build/AuditRules.Generator from data/audit_events.json and data/event_overlay.json; do not edit.
             dotnet run --project build/AuditRules.Generator -- docs data/audit_events.json data/event_overlay.json docs/events.md -->

        The audit events of CPython that rules name with types. In a rule `Py.Open` is the event `open`; `matching` and
        `make` take the parameters below, in lower case (`Py.Open.matching (path = under "/etc")`), and a bound event has
        them as properties (`o.Path`). An event that is not listed is `Custom "name"`, with arguments by position.

        Events are raised before the operation and carry no result: a rule can only say that something was attempted.

        **Types.** *text*: text, bytes or a path; empty when it is absent or something else. *int*: 0 when absent. *float*:
        NaN when absent. *bool*. *texts*: a list of texts. *value*: anything. Every event also has `Event`, `Name`, `Time`,
        `Ordinal`, `Process`, `Pid`, `Thread`, `Caller` and `Argument(i)`.

        **Names.** The type of an event is its name's words with capitals. An argument whose name is a keyword of F# or
        that every event has already (`Pid`, `Name`) has another name here; the last column shows the catalogue's own in
        brackets. Fields behind a bar are derived from arguments, or are what the documentation called one up to the version
        in brackets: both names reach the argument, whatever Python raised it (`Py.Open.matching (file = ...)` is
        `path = ...`).

        **Versions.** The Python version that first documented the event; *removed* where it is gone. *Internal* events
        belong to the standard library's inside; *undocumented* ones are raised but no documentation lists them.
        """;

    /// <summary>The file's text.</summary>
    public static string Write(IReadOnlyList<EventModel> catalogue)
    {
        var page = new CodeWriter();
        foreach (var line in Head.ReplaceLineEndings("\n").Split('\n'))
            page.Line(line);
        page.Line();
        page.Line("| event | in rules | since | raised when | fields |").Line("|---|---|---|---|---|");
        foreach (var model in catalogue)
        {
            page.Line(
                $"| `{model.Name}` | `{model.TypeName}` | {Since(model)} | {Cell(model.Summary)} | {Fields(model)} |"
            );
        }

        return page.ToString();
    }

    static string Since(EventModel model)
    {
        var kind = model.Kind is "internal" or "undocumented" ? $", {model.Kind}" : "";
        var removed = model.RemovedIn is { } version ? $", removed in {version}" : "";
        return model.FirstDocumented + kind + removed;
    }

    static string Fields(EventModel model)
    {
        var arguments = string.Join(", ", model.Arguments.Select(Field));
        var derived = string.Join(
            ", ",
            model
                .Fields.Where(f => f.IsDerived)
                .Select(Field)
                .Concat(model.Properties.Select(p => $"`{p.Name}` {p.Type}"))
        );
        return derived.Length == 0 ? arguments : $"{arguments} \\| {derived}";
    }

    static string Field(FieldModel field)
    {
        var type = field.Type.ToString().ToLowerInvariant();
        if (field.AliasOf.Length > 0)
            return $"`{field.Property}` {type} [{field.AliasOf}, up to {field.Until}]";
        var other = Naming.Camel(field.RawName) == field.Parameter ? "" : $" [{field.RawName}]";
        return $"`{field.Property}` {type}{other}";
    }

    static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
