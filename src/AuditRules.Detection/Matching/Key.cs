namespace AuditRules.Detection.Matching;

/// <summary>A key that may be of any type: Dictionary asks for one that is not null, and keys of null are never kept.</summary>
readonly record struct Key<TKey>(TKey Value);

/// <summary>Compares keys as the rule language does.</summary>
sealed class KeyComparer<TKey>(IEqualityComparer<TKey> content) : IEqualityComparer<Key<TKey>>
{
    public bool Equals(Key<TKey> x, Key<TKey> y) => content.Equals(x.Value, y.Value);

    public int GetHashCode(Key<TKey> obj) => content.GetHashCode(obj.Value!);
}

/// <summary>Compares keys that are kept as objects as the rule language does.</summary>
sealed class BoxedKeyComparer<TKey>(IEqualityComparer<TKey> content) : IEqualityComparer<object>
{
    bool IEqualityComparer<object>.Equals(object? x, object? y) => content.Equals((TKey?)x, (TKey?)y);

    int IEqualityComparer<object>.GetHashCode(object obj) => content.GetHashCode((TKey)obj!);
}
