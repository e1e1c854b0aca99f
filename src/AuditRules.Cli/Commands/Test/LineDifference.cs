namespace AuditRules.Cli.Commands.Test;

/// <summary>How two lists of lines differ (docs/cli.md, C64).</summary>
static class LineDifference
{
    /// <summary>
    /// The lines that are missing, with <c>-</c>, and those that came instead, with <c>+</c>, in their order; empty when
    /// the lists are the same.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var start = 0;
        while (start < expected.Count && start < actual.Count && expected[start] == actual[start])
            start++;
        var end = 0;
        while (
            end < expected.Count - start
            && end < actual.Count - start
            && expected[expected.Count - 1 - end] == actual[actual.Count - 1 - end]
        )
            end++;
        var left = expected.Skip(start).Take(expected.Count - start - end).ToArray();
        var right = actual.Skip(start).Take(actual.Count - start - end).ToArray();
        // The table of the longest common part is quadratic; beyond this a block for a block says as much.
        return (long)left.Length * right.Length > 4_000_000
            ? [.. left.Select(l => $"- {l}"), .. right.Select(l => $"+ {l}")]
            : [.. Middle(left, right)];
    }

    static IEnumerable<string> Middle(string[] left, string[] right)
    {
        var common = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
            {
                common[i, j] =
                    left[i] == right[j]
                        ? common[i + 1, j + 1] + 1
                        : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        int a = 0,
            b = 0;
        while (a < left.Length || b < right.Length)
        {
            if (a < left.Length && b < right.Length && left[a] == right[b])
            {
                yield return $"  {left[a++]}";
                b++;
            }
            else if (b == right.Length || (a < left.Length && common[a + 1, b] >= common[a, b + 1]))
            {
                yield return $"- {left[a++]}";
            }
            else
            {
                yield return $"+ {right[b++]}";
            }
        }
    }
}
