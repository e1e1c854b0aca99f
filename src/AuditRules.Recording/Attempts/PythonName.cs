using System.Globalization;
using System.Text.RegularExpressions;

namespace AuditRules.Recording.Attempts;

/// <summary>What the name of a program tells: whether it is a Python, and of which version.</summary>
internal static class PythonName
{
    static readonly Regex Pattern = new(
        @"^(?:(?:python|pypy)(?<major>\d)?(?:\.(?<minor>\d{1,3}))?(?:\.\d{1,3})?[a-z]{0,3}(?:-dbg|-intel64)?|.+\.py[wz]?)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    );

    /// <summary>True for <c>python3.11</c>, <c>/opt/bin/pypy</c>, and a script <c>run.py</c> that is itself started.</summary>
    internal static bool Is(string program) => Pattern.IsMatch(FileName(program));

    /// <summary>True where the name says that its version raises no audit events: before 3.8.</summary>
    internal static bool IsOld(string program)
    {
        var match = Pattern.Match(FileName(program));
        return int.TryParse(match.Groups["major"].Value, CultureInfo.InvariantCulture, out var major)
            && (
                major < 3
                || (
                    major == 3
                    && int.TryParse(match.Groups["minor"].Value, CultureInfo.InvariantCulture, out var minor)
                    && minor < 8
                )
            );
    }

    internal static string FileName(string program) => program[(program.LastIndexOf('/') + 1)..];
}
