using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AuditRules.Events;

/// <summary>
/// The known audit events of CPython 3.8 to 3.14, by name and by type name. A program may raise others: not being
/// here means nothing but that. Made at the first use; safe to use from several threads.
/// </summary>
public static class Catalogue
{
    static readonly Lazy<Table> _table = new(() => new Table(CatalogueTable.Create()));

    /// <summary>All entries, ordered by name.</summary>
    public static ImmutableArray<CatalogueEntry> All => _table.Value.All;

    /// <summary>The entry of the event of that name, as <c>socket.connect</c>; null when there is none.</summary>
    public static CatalogueEntry? Find(string name) => _table.Value.ByName.GetValueOrDefault(name);

    /// <summary>The entry whose type has that name, as <c>SocketConnect</c>; null when there is none.</summary>
    public static CatalogueEntry? FindType(string typeName) =>
        _table.Value.ByType.GetValueOrDefault(typeName);

    /// <summary>
    /// The entry that a misspelt name of an event or of a type most likely means; null when none is near. A name that
    /// is right gives its own entry.
    /// </summary>
    public static CatalogueEntry? Suggest(string name)
    {
        var table = _table.Value;
        if (NearestName.Find(name, table.Names) is not { } nearest)
            return null;
        return table.ByName.GetValueOrDefault(nearest) ?? table.ByType[nearest];
    }

    sealed class Table(CatalogueEntry[] entries)
    {
        public ImmutableArray<CatalogueEntry> All { get; } = [.. entries];

        public FrozenDictionary<string, CatalogueEntry> ByName { get; } =
            entries.ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);

        public FrozenDictionary<string, CatalogueEntry> ByType { get; } =
            entries.ToFrozenDictionary(entry => entry.TypeName, StringComparer.Ordinal);

        public IEnumerable<string> Names => All.SelectMany(entry => new[] { entry.TypeName, entry.Name });
    }
}
