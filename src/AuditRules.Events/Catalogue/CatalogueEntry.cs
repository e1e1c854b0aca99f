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

    /// <summary>The first Python version that raises it, as <c>3.8</c>.</summary>
    public required string RaisedSince { get; init; }

    /// <summary>The name under which CPython raises it; empty where it is its own.</summary>
    public string RaisedAs { get; init; } = "";

    /// <summary>The platform that alone raises it: <c>windows</c>, or <c>bsd</c> for macOS and BSD; empty for all.</summary>
    public string Platform { get; init; } = "";

    /// <summary>The version that no longer raises it; null while it is raised.</summary>
    public string? RemovedIn { get; init; }

    /// <summary>The file of CPython that documents it, or that raises it when nothing documents it.</summary>
    public required string Source { get; init; }

    /// <summary>How it is documented.</summary>
    public required CatalogueKind Kind { get; init; }

    /// <summary>How many arguments were seen, by Python version; empty for events that were never seen.</summary>
    public required ImmutableArray<ObservedArity> Observed { get; init; }

    /// <summary>
    /// Why a Python does not raise the event, as <c>Python 3.8.18 does not raise os.walk, which came with 3.9</c>; null
    /// where it may raise it, or where that is not known (docs/spec/rules.md, R76).
    /// </summary>
    /// <param name="version">CPython's version, as <c>3.8.18</c>; empty when it is not known.</param>
    /// <param name="platform">The platform, as <c>linux-x64</c>; empty when it is not known.</param>
    public string? WhyNotRaised(string version, string platform)
    {
        if (RaisedAs.Length > 0)
            return $"CPython raises {RaisedAs} in its place";
        if (Platform.Length > 0 && platform.Length > 0 && !IsOf(platform))
            return Platform == "windows" ? "only Windows raises it" : "only macOS and BSD raise it";
        if (!TryRead(version, out var own))
            return null;
        if (TryRead(RaisedSince, out var since) && own < since)
            return $"Python {version} does not raise it, which came with {RaisedSince}";
        return RemovedIn is not null && TryRead(RemovedIn, out var removed) && own >= removed
            ? $"Python {version} no longer raises it, which went with {RemovedIn}"
            : null;
    }

    bool IsOf(string platform)
    {
        var isWindows = platform.StartsWith("win", StringComparison.Ordinal);
        return Platform == "windows"
            ? isWindows
            : !isWindows && !platform.StartsWith("linux", StringComparison.Ordinal);
    }

    // A pre-release is of the version that it is before: 3.14.0rc2 raises what 3.14 raises.
    static bool TryRead(string text, out Version version)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        return Version.TryParse(text.AsSpan(0, end), out version!);
    }

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
