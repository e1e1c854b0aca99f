namespace AuditRules.Detection.CSharp.Tests.Hosting;

/// <summary>A test: a plain sentence, and what throws when it is not true.</summary>
sealed record NamedTest(string Name, Action Run);

/// <summary>How a test went; no message for one that passed.</summary>
sealed record TestOutcome(string Name, TimeSpan Duration, string? Message);

/// <summary>What a test says that does not hold.</summary>
sealed class TestFailedException(string message) : Exception(message);

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
