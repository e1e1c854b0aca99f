namespace AuditRules.Generator;

/// <summary>How an argument is read.</summary>
public enum ArgumentType
{
    /// <summary>Anything: a Value.</summary>
    Value,

    /// <summary>Text; bytes and paths count as text.</summary>
    Text,

    /// <summary>An integer of 64 bits.</summary>
    Int,

    /// <summary>A double.</summary>
    Float,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>A list of texts.</summary>
    Texts,
}

/// <summary>Where a field is found in an event.</summary>
/// <param name="Argument">The argument's index.</param>
/// <param name="Element">The element's index in a list; null for the whole argument.</param>
/// <param name="Fact">The fact of an object; null for the argument itself.</param>
/// <param name="Join">True for the items of a list joined by blanks.</param>
public sealed record FieldPlace(int Argument, int? Element, string? Fact, bool Join)
{
    /// <summary>True when a pattern can look at the place: an argument or an element of it.</summary>
    public bool IsPath => Fact is null && !Join;
}

/// <summary>A field of a typed event: an argument, or something derived of one.</summary>
/// <param name="RawName">The argument's name in the catalogue; the derived field's own name.</param>
/// <param name="Name">The name in words joined by underscores.</param>
/// <param name="Type">How it is read.</param>
/// <param name="Place">Where it is found.</param>
/// <param name="IsDerived">True when the catalogue does not have it.</param>
/// <param name="Summary">What a derived field is; empty for an argument.</param>
public sealed record FieldModel(
    string RawName,
    string Name,
    ArgumentType Type,
    FieldPlace Place,
    bool IsDerived,
    string Summary
)
{
    /// <summary>The argument that this is an older name of; empty for a field of its own.</summary>
    public string AliasOf { get; init; } = "";

    /// <summary>Of an older name the last version whose documentation has it.</summary>
    public string Until { get; init; } = "";

    /// <summary>The property in C#.</summary>
    public string Property => Naming.Pascal(Name);

    /// <summary>The parameter in F#.</summary>
    public string Parameter => Naming.Camel(Name);
}

/// <summary>A property of a typed event that is written by hand.</summary>
/// <param name="Name">The property.</param>
/// <param name="Type">Its type, in the manual's words.</param>
/// <param name="Summary">What it says.</param>
public sealed record PropertyModel(string Name, string Type, string Summary);

/// <summary>An event of the catalogue with all that the overlay adds.</summary>
public sealed record EventModel
{
    /// <summary>The event's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its type.</summary>
    public required string TypeName { get; init; }

    /// <summary>When it is raised.</summary>
    public required string Summary { get; init; }

    /// <summary>The arguments, then older names of them, then the derived fields.</summary>
    public required IReadOnlyList<FieldModel> Fields { get; init; }

    /// <summary>What is written by hand beside the fields.</summary>
    public required IReadOnlyList<PropertyModel> Properties { get; init; }

    /// <summary>How many arguments the longest documented form has.</summary>
    public required int ArgumentCount { get; init; }

    /// <summary>By the index of an argument: what an example of the event puts there when it is not given.</summary>
    public required IReadOnlyDictionary<int, string> Makers { get; init; }

    /// <summary><c>documented</c>, <c>internal</c>, <c>removed</c> or <c>undocumented</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it is documented.</summary>
    public required string Source { get; init; }

    /// <summary>The Python version that first documented it.</summary>
    public required string FirstDocumented { get; init; }

    /// <summary>The first Python version that raises it.</summary>
    public required string RaisedSince { get; init; }

    /// <summary>The name under which CPython raises it; empty where it is its own.</summary>
    public required string RaisedAs { get; init; }

    /// <summary><c>windows</c>, <c>bsd</c>, or empty for all platforms.</summary>
    public required string Platform { get; init; }

    /// <summary>The version that no longer raises it; null when it still does.</summary>
    public required string? RemovedIn { get; init; }

    /// <summary>The counts of arguments seen, by Python version.</summary>
    public required IReadOnlyList<(string Version, IReadOnlyList<int> Counts)> Observed { get; init; }

    /// <summary>The arguments.</summary>
    public IEnumerable<FieldModel> Arguments => Fields.Where(f => !f.IsDerived);
}
