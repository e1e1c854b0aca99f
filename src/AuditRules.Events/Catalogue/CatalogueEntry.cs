using System.Collections.Immutable;

namespace AuditRules.Events;

/// <summary>What is known of an event by its name.</summary>
public sealed record CatalogueEntry
{
    /// <summary>The event's name, as <c>socket.connect</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its view in AuditRules.Events.Python and of its source in rules, as <c>SocketConnect</c>.</summary>
    public required string TypeName { get; init; }

    /// <summary>When it is raised, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Arguments in order, then derived fields. An event with two forms has the arguments of both.</summary>
    public required ImmutableArray<CatalogueField> Fields { get; init; }

    /// <summary>The Python version that first documented it, as <c>3.8</c>.</summary>
    public required string FirstDocumented { get; init; }

    /// <summary>The version that no longer raises it; null while it is raised.</summary>
    public string? RemovedIn { get; init; }

    /// <summary>The file of CPython that documents it, or that raises it when nothing documents it.</summary>
    public required string Source { get; init; }

    /// <summary>How it is documented.</summary>
    public required CatalogueKind Kind { get; init; }

    /// <summary>How many arguments were seen, by Python version; empty for events that were never seen.</summary>
    public required ImmutableArray<ObservedArity> Observed { get; init; }

    /// <summary>The arguments alone.</summary>
    public IEnumerable<CatalogueField> Arguments => Fields.Where(f => !f.IsDerived);

    /// <summary>Hand-written properties of the view are no fields and are not found here.</summary>
    /// <param name="name">A property's or a parameter's name, or the argument's own.</param>
    /// <returns>The field, or null.</returns>
    public CatalogueField? FindField(string name)
    {
        foreach (var field in Fields)
        {
            if (field.PropertyName == name || field.ParameterName == name || field.Name == name)
                return field;
        }

        return null;
    }
}

/// <summary>An argument of an event, or a field derived of one.</summary>
/// <param name="Name">The name in CPython's documentation, as <c>dir_fd</c>.</param>
/// <param name="PropertyName">The view's property, as <c>DirFd</c>.</param>
/// <param name="ParameterName">The parameter in rules, as <c>dirFd</c>.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Argument">The index of the argument that it is, or comes from.</param>
/// <param name="IsDerived">True for a field that is no argument.</param>
public sealed record CatalogueField(
    string Name,
    string PropertyName,
    string ParameterName,
    CatalogueType Type,
    int Argument,
    bool IsDerived
);

/// <summary>How many arguments an event had in one Python version.</summary>
/// <param name="Version">The version, as <c>3.13.0</c>.</param>
/// <param name="Counts">The counts that were seen, ascending.</param>
public sealed record ObservedArity(string Version, ImmutableArray<int> Counts);

/// <summary>What a field of an event holds.</summary>
public enum CatalogueType
{
    /// <summary>Anything.</summary>
    Value,

    /// <summary>Text; bytes and paths count as text.</summary>
    Text,

    /// <summary>An integer.</summary>
    Int,

    /// <summary>A double.</summary>
    Float,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>A list of texts.</summary>
    Texts,
}

/// <summary>How an event is documented.</summary>
public enum CatalogueKind
{
    /// <summary>In CPython's documentation.</summary>
    Documented,

    /// <summary>Listed as internal to the standard library.</summary>
    Internal,

    /// <summary>Documented once, gone since <see cref="CatalogueEntry.RemovedIn"/>.</summary>
    Removed,

    /// <summary>Raised and not documented.</summary>
    Undocumented,
}
