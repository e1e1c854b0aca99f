using System.Globalization;
using System.Text;
using AuditRules.Events;
using AuditRules.Reporting.Escaping;

namespace AuditRules.Reporting.Text;

/// <summary>Events as people read them, safe to show.</summary>
public static class EventText
{
    /// <summary>
    /// The event's name and arguments on one line, as <c>open path="/etc/hosts" mode="r"</c>. Arguments that the
    /// catalogue does not name have their number.
    /// </summary>
    /// <param name="audited">The event.</param>
    /// <param name="withNone">Whether arguments are shown that are None.</param>
    /// <param name="limits">How much is shown of it.</param>
    public static string Of(EventView audited, bool withNone, ValueLimits limits)
    {
        var text = new StringBuilder(Name(audited.Name, limits));
        var names = NamesOf(audited.Name);
        for (var i = 0; i < audited.ArgumentCount; i++)
        {
            var argument = audited[i];
            if (argument.IsNil && !withNone)
                continue;
            text.Append(' ');
            if (i < names.Length)
                text.Append(names[i]).Append('=');
            else
                text.Append(CultureInfo.InvariantCulture, $"{i}=");
            text.Append(ValueText.Of(argument, limits));
        }

        return text.ToString();
    }

    /// <summary>
    /// An event's name; in quotes where it holds anything but ASCII letters, digits, <c>.</c>, <c>_</c>, <c>-</c> and
    /// <c>:</c>, so that a name cannot look like a name and arguments.
    /// </summary>
    /// <param name="name">The name; any program may choose it.</param>
    /// <param name="limits">How much is shown of it; null for all.</param>
    public static string Name(string name, ValueLimits? limits = null) =>
        ValueText.Name(name, (limits ?? ValueLimits.None).Length);

    /// <summary>
    /// The code that caused an event, as <c>app.py:12 in main</c>; empty when it is not known. A file or function that
    /// could be taken for more than one is in quotes.
    /// </summary>
    /// <param name="caller">The code; null when it is not known.</param>
    /// <param name="limits">How much is shown of it.</param>
    public static string Of(Caller? caller, ValueLimits limits)
    {
        if (caller is null)
            return "";
        var line = caller.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $":{caller.Line}") : "";
        var function = caller.Function is "" or "<module>" ? "" : $" in {Place(caller.Function, limits)}";
        return $"{(caller.File.Length == 0 ? "" : Place(caller.File, limits))}{line}{function}";
    }

    static string Place(string text, ValueLimits limits) =>
        text.Length <= limits.Length && (IsPlain(text) || IsFrozen(text))
            ? text
            : ValueText.Quote(text, limits.Length);

    static bool IsPlain(string text) =>
        !text.Any(c => char.IsWhiteSpace(c) || "()[]{}\"\\".Contains(c)) && TextEscape.Line(text) == text;

    // Python's name for a module that is built in: it needs no quotes, and is everywhere.
    static bool IsFrozen(string text) =>
        text.StartsWith("<frozen ", StringComparison.Ordinal) && text[^1] == '>' && IsPlain(text[8..]);

    // An event with two forms has the arguments of both: then a number says more than a name that may be wrong.
    static string[] NamesOf(string name)
    {
        if (Catalogue.Find(name) is not { } entry)
            return [];
        var arguments = entry.Arguments.OrderBy(a => a.Argument).ToArray();
        return arguments.Select((a, i) => a.Argument == i).All(same => same)
            ? [.. arguments.Select(a => a.ParameterName)]
            : [];
    }
}
