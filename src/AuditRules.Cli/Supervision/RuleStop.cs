namespace AuditRules.Cli.Supervision;

/// <summary>A rule or a rule file that ended a worker, or that a worker was ended for.</summary>
/// <param name="IsFile">True for a file that did not come back while it was loaded.</param>
/// <param name="Subject">The rule's id, or the full path of the file.</param>
/// <param name="Reason">What it did, as <c>it did not come back within 2 s</c>.</param>
/// <param name="Ordinal">The ordinal of the event.</param>
/// <param name="EventName">The event's name; empty for a file.</param>
/// <param name="Place">The trace or the example that was replayed, as it is shown; empty for a file.</param>
sealed record RuleStop(
    bool IsFile,
    string Subject,
    string Reason,
    long Ordinal,
    string EventName,
    string Place
)
{
    /// <summary>Writes the list for the next worker.</summary>
    public static void Write(string path, IReadOnlyCollection<RuleStop> stops)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(stops.Count);
        foreach (var stop in stops)
        {
            writer.Write(stop.IsFile);
            writer.Write(stop.Subject);
            writer.Write(stop.Reason);
            writer.Write(stop.Ordinal);
            writer.Write(stop.EventName);
            writer.Write(stop.Place);
        }
    }

    /// <summary>Reads the list; empty where there is none.</summary>
    public static IReadOnlyList<RuleStop> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        using var reader = new BinaryReader(File.OpenRead(path));
        var stops = new RuleStop[reader.ReadInt32()];
        for (var i = 0; i < stops.Length; i++)
            stops[i] = new(
                reader.ReadBoolean(),
                reader.ReadString(),
                reader.ReadString(),
                reader.ReadInt64(),
                reader.ReadString(),
                reader.ReadString()
            );
        return stops;
    }
}
