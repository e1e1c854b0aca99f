namespace AuditRules.Detection.Matching;

/// <summary>Compares the keys that the first step of a group asks of its members; there is none for itself.</summary>
sealed class KeysComparer(IEqualityComparer<object>[] comparers) : IEqualityComparer<object?[]>
{
    public bool Equals(object?[]? x, object?[]? y)
    {
        for (var i = 1; i < comparers.Length; i++)
        {
            if (!comparers[i].Equals(x![i], y![i]))
                return false;
        }

        return true;
    }

    public int GetHashCode(object?[] obj)
    {
        var hash = default(HashCode);
        for (var i = 1; i < comparers.Length; i++)
            hash.Add(comparers[i].GetHashCode(obj[i]!));
        return hash.ToHashCode();
    }
}
