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
        return Join && ListOf(argument) is { Kind: ValueKind.List } list ? JoinItems(list.Items) : argument;
    }

    /// <summary>The field's value where it is whole. Else what of it is known, which decides what a pattern says
    /// (docs/spec/rules.md, R78): of joined items their text up to what is gone.</summary>
    internal Value SelectKnown(Value argument)
    {
        if (!Join || ListOf(argument) is not { Kind: ValueKind.List } list)
            return KnownPart.Of(Select(argument));
        var lost = FirstLost(list);
        var isWhole = lost < 0 && argument.Kind == ValueKind.List;
        var known = JoinItems(lost < 0 ? list.Items : list.Items[..(lost + 1)]);
        return isWhole ? known : KnownPart.CutBehind(known);
    }

    /// <summary>True when the field, or the first of its items that is not whole, was redacted when it was recorded.</summary>
    internal bool IsRedacted(Value argument)
    {
        var lost = Join ? FirstLost(ListOf(argument)) : -1;
        var part = lost < 0 ? Select(argument) : ListOf(argument)[lost];
        return KnownPart.LostOf(part) is { Kind: ValueKind.Redacted };
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

    // What was kept of a list that was cut is a list.
    static Value ListOf(Value argument) =>
        argument.AsTruncated is { Kind: ValueKind.List } cut ? cut.Head : argument;

    // -1 for none.
    static int FirstLost(Value list)
    {
        var items = list.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (KnownPart.LostOf(items[i]) is not null)
                return i;
        }

        return -1;
    }

    static string JoinItems(ReadOnlySpan<Value> items)
    {
        var text = new StringBuilder();
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
