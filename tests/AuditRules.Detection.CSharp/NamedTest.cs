namespace AuditRules.Detection.CSharp;

/// <summary>A test: a plain sentence, and what throws when it is not true.</summary>
public sealed record NamedTest(string Name, Action Run);

/// <summary>What a test says that does not hold.</summary>
public sealed class TestFailedException(string message) : Exception(message);

static class Check
{
    /// <summary>Fails unless both have the same items in the same order.</summary>
    public static void Same(IEnumerable<string> found, params string[] expected)
    {
        var all = found.ToArray();
        if (!all.SequenceEqual(expected))
            throw new TestFailedException(
                $"found [{string.Join("; ", all)}], expected [{string.Join("; ", expected)}]"
            );
    }
}
