using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Reporting.Text;

/// <summary>Programs that were perhaps not recorded (docs/spec/segment.md, S43), as people read them.</summary>
public static class NotRecordedText
{
    const int MostShown = 3;
    const int MostCharacters = 200;

    /// <summary>
    /// What was to be started, by whom, and what is known of it, as <c>python3 x.py; process 0 was to start it in event
    /// 12; its environment does not bring the hook in; it may not have started</c>. Safe to show.
    /// </summary>
    /// <param name="record">A record of <see cref="ProcessChange.NotRecorded"/>.</param>
    /// <param name="ordinal">The ordinal of the event that says so; null where it is not known.</param>
    public static string Of(ProcessRecord record, long? ordinal = null)
    {
        var words = record.Command.IsDefault ? [] : record.Command;
        var command = CommandText.Of(words.Select(Short));
        var facts = record.Facts.IsDefault ? [] : record.Facts;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{command}; {By(record.Parent)}{(ordinal is { } number ? $" in event {number:N0}" : "")}; {string.Concat(facts.Select(fact => $"{Reason(fact)}; "))}it may not have started"
        );
    }

    /// <summary>The first of them, and how many more there are.</summary>
    public static IEnumerable<string> Some(IReadOnlyCollection<ProcessRecord> records)
    {
        foreach (var record in records.Take(MostShown))
            yield return Of(record);
        if (records.Count > MostShown)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{records.Count - MostShown:N0} more; auditrules inspect shows them"
            );
    }

    static string By(int process) =>
        process < 0
            ? "some process was to start it"
            : string.Create(CultureInfo.InvariantCulture, $"process {process} was to start it");

    static string Reason(string fact) =>
        fact switch
        {
            "environment" => "its environment does not bring the hook in",
            "old-python" => "it is a Python before 3.8",
            "setuid" => "its file is setuid, or setgid",
            "static" => "its file is linked statically",
            // A newer packer's.
            _ => CommandText.Of([Short(fact)]),
        };

    // A pair that is cut in two would be no text.
    static string Short(string word) =>
        word.Length <= MostCharacters
            ? word
            : $"{word[..(char.IsHighSurrogate(word[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)]}...";
}
