using System.Text.Json;

namespace AuditRules.Generator;

/// <summary>Joins the catalogue and its overlay, and refuses what would not make good code.</summary>
public sealed class CatalogueReader
{
    static readonly JsonSerializerOptions _strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        AllowDuplicateProperties = false,
    };

    readonly Overlay _overlay;
    readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    readonly List<string> _problems = [];

    CatalogueReader(Overlay overlay)
    {
        _overlay = overlay;
        foreach (var (type, arguments) in overlay.Types)
        {
            foreach (var argument in arguments)
            {
                if (!_types.TryAdd(argument, type))
                    _problems.Add($"types: argument {argument} is listed twice; leave one");
            }
        }
    }

    /// <summary>All events, ordered by name.</summary>
    /// <exception cref="CatalogueException">The files contradict each other or leave something open.</exception>
    public static IReadOnlyList<EventModel> Read(string events, string overlay)
    {
        try
        {
            var rows = JsonSerializer.Deserialize<EventRow[]>(events, _strict) ?? [];
            return new CatalogueReader(JsonSerializer.Deserialize<Overlay>(overlay, _strict) ?? new()).Join(
                rows
            );
        }
        catch (JsonException error)
        {
            throw new CatalogueException([$"not the expected JSON: {error.Message}"]);
        }
    }

    List<EventModel> Join(EventRow[] rows)
    {
        List<EventModel> models =
        [
            .. rows.Concat(_overlay.Additions)
                .GroupBy(row => row.Event, StringComparer.Ordinal)
                .OrderBy(same => same.Key, StringComparer.Ordinal)
                .Select(same =>
                    Model(
                        same.Key,
                        [.. same.OrderBy(row => string.Join(',', row.Arguments), StringComparer.Ordinal)]
                    )
                ),
        ];
        foreach (
            var unknown in _overlay.Events.Keys.Except(models.Select(m => m.Name), StringComparer.Ordinal)
        )
            _problems.Add($"events: {unknown} is not in the catalogue; add a row to additions");
        foreach (
            var same in models.GroupBy(m => m.TypeName, StringComparer.Ordinal).Where(g => g.Count() > 1)
        )
            _problems.Add(
                $"type {same.Key} would stand for {string.Join(" and ", same.Select(m => m.Name))}"
            );
        if (_problems.Count > 0)
            throw new CatalogueException(_problems);
        return models;
    }

    EventModel Model(string name, EventRow[] rows)
    {
        if (!_overlay.Events.TryGetValue(name, out var own) || own.Summary.Length == 0)
            _problems.Add($"events: {name} has no summary; say when it is raised");
        own ??= new();
        var group = own.Group is { } groupName ? _overlay.Groups.GetValueOrDefault(groupName) : null;
        if (own.Group is not null && group is null)
            _problems.Add($"events: {name} names group {own.Group}, which is not in groups");

        // An event with two documented forms (os.truncate: path or fd) has the fields of both.
        var indexes = rows.SelectMany(row => row.Arguments.Select((argument, index) => (argument, index)))
            .DistinctBy(a => a.argument, StringComparer.Ordinal)
            .ToDictionary(a => a.argument, a => a.index, StringComparer.Ordinal);
        List<FieldModel> fields =
        [
            .. indexes.Select(a => Argument(name, own, a.Key, a.Value)),
            .. own.Aliases.Select(a => Alias(name, a.Key, a.Value, own, indexes)).OfType<FieldModel>(),
            .. own.Derived.Concat(group?.Derived ?? []).Select(d => Derived(name, d, indexes)),
        ];
        Check(name, fields);
        return new EventModel
        {
            Name = name,
            TypeName = Naming.TypeName(name),
            Summary = own.Summary,
            Fields = fields,
            Properties = own.Properties,
            ArgumentCount = rows.Max(row => row.Arguments.Length),
            Makers = own
                .Make.Concat(group?.Make ?? [])
                .ToDictionary(maker => Index(name, maker.Key, indexes), maker => maker.Value),
            Kind = rows[0].Kind,
            Source = rows[0].Source,
            FirstDocumented = rows[0].FirstDocumented,
            RaisedSince = own.RaisedSince ?? rows[0].FirstDocumented,
            RaisedAs = own.RaisedAs,
            Platform = own.Platform,
            RemovedIn = rows[0].RemovedIn,
            Observed =
            [
                .. rows.SelectMany(row => row.Observed)
                    .GroupBy(o => o.Version, StringComparer.Ordinal)
                    .OrderBy(o => Version.Parse(o.Key))
                    .Select(o =>
                        (o.Key, (IReadOnlyList<int>)[.. o.SelectMany(x => x.Counts).Distinct().Order()])
                    ),
            ],
        };
    }

    FieldModel Argument(string eventName, OverlayEvent own, string argument, int index)
    {
        var type = own.Types.GetValueOrDefault(argument) ?? _types.GetValueOrDefault(argument);
        if (type is null)
            _problems.Add($"types: argument {argument} of {eventName} has no type; list it in types");
        var name =
            own.Names.GetValueOrDefault(argument) ?? _overlay.Names.GetValueOrDefault(argument) ?? argument;
        return new(
            argument,
            name,
            Type(eventName, type),
            new(index, null, null, Join: false),
            IsDerived: false,
            ""
        );
    }

    FieldModel? Alias(
        string eventName,
        string alias,
        OverlayAlias known,
        OverlayEvent own,
        Dictionary<string, int> indexes
    )
    {
        if (known.Until.Length == 0)
            _problems.Add($"events: the alias {alias} of {eventName} does not say until when; add until");
        var index = Index(eventName, known.Argument, indexes);
        if (!indexes.ContainsKey(known.Argument))
            return null;
        return Argument(eventName, own, known.Argument, index) with
        {
            RawName = alias,
            Name = alias,
            IsDerived = true,
            AliasOf = known.Argument,
            Until = known.Until,
            Summary =
                $"Argument {index}, <c>{known.Argument}</c>, by its name in the documentation up to Python {known.Until}.",
        };
    }

    FieldModel Derived(string eventName, OverlayField field, Dictionary<string, int> indexes)
    {
        var place = new FieldPlace(
            Index(eventName, field.Argument, indexes),
            field.Element,
            field.Fact,
            field.Join
        );
        if (field.Summary.Length == 0)
            _problems.Add($"events: the derived field {field.Name} of {eventName} has no summary");
        return new(
            field.Name,
            field.Name,
            Type(eventName, field.Type),
            place,
            IsDerived: true,
            field.Summary
        );
    }

    ArgumentType Type(string eventName, string? type)
    {
        if (Enum.TryParse<ArgumentType>(type, ignoreCase: true, out var known))
            return known;
        if (type is not null)
            _problems.Add(
                $"{eventName}: there is no type {type}; use text, int, float, bool, texts or value"
            );
        return ArgumentType.Value;
    }

    int Index(string eventName, string argument, Dictionary<string, int> indexes)
    {
        if (indexes.TryGetValue(argument, out var index))
            return index;
        _problems.Add($"events: {eventName} has no argument {argument}");
        return 0;
    }

    void Check(string eventName, List<FieldModel> fields)
    {
        foreach (var field in fields)
        {
            if (Naming.FSharpKeywords.Contains(field.Parameter))
                _problems.Add(
                    $"{eventName}: {field.Parameter} is a keyword of F#; give {field.RawName} another name"
                );
            if (Naming.OwnMembers.Contains(field.Property))
                _problems.Add(
                    $"{eventName}: every event has its own {field.Property}; give {field.RawName} another name"
                );
            if (field.Property.Length == 0 || !char.IsAsciiLetter(field.Property[0]))
                _problems.Add($"{eventName}: {field.RawName} makes no identifier; give it another name");
        }

        foreach (
            var same in fields.GroupBy(f => f.Property, StringComparer.Ordinal).Where(g => g.Count() > 1)
        )
            _problems.Add($"{eventName}: {same.Key} would stand for two fields; give one another name");
    }
}
