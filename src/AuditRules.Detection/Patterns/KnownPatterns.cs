namespace AuditRules.Detection.Patterns;

/// <summary>
/// Patterns that were made before and were good: what takes long to make of them, a regular expression, is made when it
/// is first asked. In most traces few are.
/// </summary>
static class KnownPatterns
{
    [ThreadStatic]
    static bool t_areMade;

    /// <summary>Whether code runs in this thread that makes such patterns.</summary>
    public static bool AreMade => t_areMade;

    /// <summary>Runs code of which every pattern is known to be good; what it gives or throws.</summary>
    public static T Make<T>(Func<T> make)
    {
        var outer = t_areMade;
        t_areMade = true;
        try
        {
            return make();
        }
        finally
        {
            t_areMade = outer;
        }
    }
}
