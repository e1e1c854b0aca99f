using System.Text.Json;
using System.Text.Json.Serialization;

namespace AuditRules.Generator;

/// <summary>A row of data/audit_events.json, or of the overlay's additions.</summary>
sealed record EventRow
{
    [JsonPropertyName("event")]
    public string Event { get; init; } = "";

    [JsonPropertyName("args")]
    public string[] Arguments { get; init; } = [];

    [JsonPropertyName("source")]
    public string Source { get; init; } = "";

    [JsonPropertyName("kind")]
    public string Kind { get; init; } = "";

    [JsonPropertyName("first_documented")]
    public string FirstDocumented { get; init; } = "";

    [JsonPropertyName("removed_in")]
    public string? RemovedIn { get; init; }

    /// <summary>The <c>observed_VERSION</c> columns among others.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Rest { get; init; } = [];

    public IEnumerable<(string Version, IReadOnlyList<int> Counts)> Observed =>
        Rest.Where(column => column.Key.StartsWith("observed_", StringComparison.Ordinal))
            .Where(column => column.Value.ValueKind == JsonValueKind.Array)
            .Select(column =>
                (
                    column.Key["observed_".Length..],
                    (IReadOnlyList<int>)[.. column.Value.EnumerateArray().Select(n => n.GetInt32())]
                )
            );
}

/// <summary>data/event_overlay.json.</summary>
sealed record Overlay
{
    public Dictionary<string, string[]> Types { get; init; } = [];

    public Dictionary<string, string> Names { get; init; } = [];

    public EventRow[] Additions { get; init; } = [];

    public Dictionary<string, OverlayEvent> Events { get; init; } = [];

    public Dictionary<string, OverlayEvent> Groups { get; init; } = [];
}

/// <summary>What the overlay says of one event, or of a group of events.</summary>
sealed record OverlayEvent
{
    public string Summary { get; init; } = "";

    public string? Group { get; init; }

    /// <summary>The first version that raises it, where another one first documented it.</summary>
    public string? RaisedSince { get; init; }

    /// <summary>The name under which CPython raises it, where that is another than the documented one.</summary>
    public string RaisedAs { get; init; } = "";

    /// <summary>The platform that alone raises it: <c>windows</c>, or <c>bsd</c> for macOS and BSD; empty for all.</summary>
    public string Platform { get; init; } = "";

    public Dictionary<string, string> Types { get; init; } = [];

    public Dictionary<string, string> Names { get; init; } = [];

    /// <summary>Other names of arguments, by that name.</summary>
    public Dictionary<string, OverlayAlias> Aliases { get; init; } = [];

    public OverlayField[] Derived { get; init; } = [];

    /// <summary>What is written by hand in src/AuditRules.Events/Python; here for the manual.</summary>
    public PropertyModel[] Properties { get; init; } = [];

    /// <summary>By argument: what an example of the event puts there (<c>socket</c>, <c>address</c>).</summary>
    public Dictionary<string, string> Make { get; init; } = [];
}

/// <summary>The name that an argument had in the documentation of older versions.</summary>
sealed record OverlayAlias
{
    public string Argument { get; init; } = "";

    /// <summary>The last version that was published with it, as <c>3.12</c>.</summary>
    public string Until { get; init; } = "";
}

/// <summary>A derived field.</summary>
sealed record OverlayField
{
    public string Name { get; init; } = "";

    public string Type { get; init; } = "";

    public string Argument { get; init; } = "";

    public int? Element { get; init; }

    public string? Fact { get; init; }

    public bool Join { get; init; }

    public string Summary { get; init; } = "";
}
