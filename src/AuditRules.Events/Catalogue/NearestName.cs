namespace AuditRules.Events;

/// <summary>"Maybe you want": the name that a misspelt one most likely means.</summary>
public static class NearestName
{
    // A longer text is no misspelt name; the bound keeps the table of distances small.
    const int MaxLength = 128;

    /// <summary>
    /// The candidate with the fewest edits (a character added, left out, changed, or two swapped; case, dots and
    /// underscores are free), the first of several. Null when even that needs more than a third of the name, or
    /// more than one edit and another first letter.
    /// </summary>
    /// <param name="name">The name as it was written.</param>
    /// <param name="candidates">The names that there are.</param>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var wanted = Plain(name);
        if (wanted.Length is 0 or > MaxLength)
            return null;
        string? best = null;
        var least = Math.Max(1, wanted.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (candidate == name)
                return candidate;
            var plain = Plain(candidate);
            if (plain.Length is 0 or > MaxLength || Math.Abs(plain.Length - wanted.Length) >= least)
                continue;
            var distance = Distance(wanted, plain);
            // The first letter is seldom the wrong one: with another one and more edits it is another word.
            if (distance >= least || (distance > 1 && plain[0] != wanted[0]))
                continue;
            least = distance;
            best = candidate;
        }

        return best;
    }

    static string Plain(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));

    // Optimal string alignment over three rows.
    static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            above[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
