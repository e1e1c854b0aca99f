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
    /// <param name="maxLength">Characters shown of any one text.</param>
    public static string Of(EventView audited, bool withNone, int maxLength = ValueText.DefaultLength)
    {
        var text = new StringBuilder(TextEscape.Line(TextEscape.Shorten(audited.Name, maxLength)));
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
            text.Append(ValueText.Of(argument, maxLength));
        }

        return text.ToString();
    }

    /// <summary>The code that caused an event, as <c>app.py:12 in main</c>; empty when it is not known.</summary>
    public static string Of(Caller? caller)
    {
        if (caller is null)
            return "";
        var line = caller.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $":{caller.Line}") : "";
        var function = caller.Function is "" or "<module>" ? "" : $" in {Short(caller.Function)}";
        return $"{Short(caller.File)}{line}{function}";
    }

    static string Short(string text) => TextEscape.Line(TextEscape.Shorten(text, ValueText.DefaultLength));

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
