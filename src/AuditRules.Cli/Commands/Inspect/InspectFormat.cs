using System.CommandLine;
using AuditRules.Cli.Parsing;

namespace AuditRules.Cli.Commands.Inspect;

/// <summary>How <c>inspect</c> writes.</summary>
static class InspectFormat
{
    public const string Text = "text";
    public const string JsonLines = "jsonl";
    public const string MessagePack = "msgpack";

    public static Option<string> Option() =>
        new Option<string>("--format")
        {
            Description = $"{Text}, {JsonLines} or, of events, {MessagePack} (default: {Text})",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Text,
        }.OneOf(Text, JsonLines, MessagePack);
}
