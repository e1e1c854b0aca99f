using System.Text;
using AuditRules.Events;

namespace AuditRules.Recording.Attempts;

/// <summary>Reads attempts from events (rule S43).</summary>
internal static class SpawnEvents
{
    /// <summary>The attempt that an event is; null for another event, or one whose program cannot be told.</summary>
    internal static SpawnAttempt? Read(in EventView audited)
    {
        // pty.spawn and os.spawn fork and exec: the child's own os.exec tells of it. A fork alone starts no program.
        var (first, variables) = audited.Name switch
        {
            "subprocess.Popen" => (0, 3),
            "os.posix_spawn" or "os.exec" => (0, 2),
            "os.system" => (0, -1),
            _ => (-1, -1),
        };
        if (first < 0 || audited.ArgumentCount == 0 || Text(audited[0]) is not { } program)
            return null;
        string[] command =
            audited.Name == "os.system" ? ["sh", "-c", program] : [program, .. Words(audited[1]).Skip(1)];
        return new SpawnAttempt(
            audited.Process,
            audited.Ordinal,
            audited.Time,
            command,
            audited.Name == "os.exec",
            variables < 0 ? null : Names(audited[variables])
        );
    }

    static List<string> Words(Value list)
    {
        var words = new List<string>();
        foreach (var item in list.Items)
            words.Add(Text(item) ?? "?");
        return words;
    }

    static string? Text(Value value) =>
        value.Kind switch
        {
            ValueKind.Str or ValueKind.RawStr => value.AsText,
            ValueKind.Bytes => Encoding.UTF8.GetString(value.AsBytes),
            ValueKind.Truncated => Text(value.AsTruncated!.Head),
            ValueKind.Object => value.AsObject!["path"].AsText,
            _ => null,
        };

    // A map that was cut has another kind.
    static HashSet<string>? Names(Value environment)
    {
        if (environment.Kind != ValueKind.Map)
            return null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in environment.Entries)
            names.Add(Text(entry.Key) ?? "");
        return names;
    }
}
