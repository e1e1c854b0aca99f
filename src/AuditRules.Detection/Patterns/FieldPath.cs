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
            return ItemOf(argument);
        return Join && argument.Kind == ValueKind.List
            ? JoinItems(argument, argument.Items.Length)
            : argument;
    }

    /// <summary>The field's value where it is whole. Else what of it is known, which decides what a pattern says
    /// (docs/spec/rules.md, R78): of joined items their text up to what is gone.</summary>
    internal Value SelectKnown(Value argument)
    {
        var lost = FirstLost(argument);
        if (lost < 0)
            return Select(argument);
        var known = JoinItems(argument, lost + 1);
        return Value.Truncated(new(ValueKind.Str, 0, [], known));
    }

    /// <summary>True when the field, or the first of its items that is not whole, was redacted when it was recorded.</summary>
    internal bool IsRedacted(Value argument)
    {
        var lost = FirstLost(argument);
        return (lost < 0 ? Select(argument) : argument[lost]).Kind == ValueKind.Redacted;
    }

    /// <summary>The path as <c>args[1][0]</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"args[{Argument}]")
        + (Item >= 0 ? string.Create(CultureInfo.InvariantCulture, $"[{Item}]") : "")
        + (Join ? ".joined" : "");

    // What has lost its items has no item that is known to be none.
    Value ItemOf(Value argument) =>
        argument switch
        {
            { Kind: ValueKind.Redacted } => argument,
            { AsTruncated: { Kind: ValueKind.List } cut } => Item < cut.Head.Items.Length
                ? cut.Head[Item]
                : argument,
            _ => argument[Item],
        };

    // -1 for none.
    int FirstLost(Value argument)
    {
        var items = Join ? argument.Items : [];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Kind is ValueKind.Truncated or ValueKind.Redacted)
                return i;
        }

        return -1;
    }

    static string JoinItems(Value list, int count)
    {
        var text = new StringBuilder();
        var items = list.Items[..count];
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
