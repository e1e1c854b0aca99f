namespace AuditRules.Detection.Patterns;

/// <summary>Shell globs without character classes, in time at most pattern length times text length.</summary>
public static class GlobMatcher
{
    /// <summary>True when the whole text matches: <c>*</c> any characters, <c>?</c> exactly one.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // On a mismatch only the last star needs to take one character more: an earlier one could not do better.
        int p = 0,
            t = 0,
            star = -1,
            resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }
}
