using System.Globalization;
using System.Text;
using AuditRules.Events;

namespace AuditRules.Detection.Patterns;

/// <summary>Where in an event a field is found: an argument, an item of a list argument, or its items joined.</summary>
/// <param name="Argument">The argument, from 0.</param>
/// <param name="Item">The item of the list in that argument, from 0; -1 for the argument itself.</param>
/// <param name="Join">True for the texts of the list's items joined by single blanks; a text stays as it is.</param>
public readonly record struct FieldPath(int Argument, int Item, bool Join)
{
    /// <summary>The argument of that number, from 0.</summary>
    public static FieldPath Of(int argument) => new(argument, -1, false);

    /// <summary>An item of a list in that argument, as the host in the address of <c>socket.connect</c>.</summary>
    public static FieldPath ItemOf(int argument, int item) => new(argument, item, false);

    /// <summary>The items of the list in that argument joined by blanks, as a command line.</summary>
    public static FieldPath Joined(int argument) => new(argument, -1, true);

    /// <summary>The field's value in an event; nil when it has none.</summary>
    public Value Read(EventView view) => Select(view[Argument]);

    /// <summary>The field's value, given the argument's; nil when it has none.</summary>
    public Value Select(Value argument)
    {
        if (Item >= 0)
            return argument[Item];
        return Join && argument.Kind == ValueKind.List ? JoinItems(argument) : argument;
    }

    /// <summary>The path as <c>args[1][0]</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"args[{Argument}]")
        + (Item >= 0 ? string.Create(CultureInfo.InvariantCulture, $"[{Item}]") : "")
        + (Join ? ".joined" : "");

    static string JoinItems(Value list)
    {
        var text = new StringBuilder();
        var items = list.Items;
        for (var i = 0; i < items.Length; i++)
        {
            // An empty item keeps its blank: the text is the same as the typed views' CommandLine.
            if (i > 0)
                text.Append(' ');
            text.Append(items[i].AsText);
        }

        return text.ToString();
    }
}
