using System.Text;

namespace AuditRules.Recording.Spawning;

/// <summary>
/// The environment of a child as bytes, since a variable need not be UTF-8 and must reach the child unchanged.
/// </summary>
internal sealed class ChildEnvironment
{
    readonly List<byte[]> _entries;

    ChildEnvironment(List<byte[]> entries) => _entries = entries;

    /// <summary>What this process was started with, byte for byte.</summary>
    internal static ChildEnvironment Inherited()
    {
        var entries = new List<byte[]>();
        var block = File.ReadAllBytes("/proc/self/environ").AsSpan();
        while (!block.IsEmpty)
        {
            var end = block.IndexOf((byte)0);
            var entry = end < 0 ? block : block[..end];
            if (!entry.IsEmpty)
                entries.Add(entry.ToArray());
            block = end < 0 ? default : block[(end + 1)..];
        }

        return new ChildEnvironment(entries);
    }

    /// <summary>Exactly those variables.</summary>
    internal static ChildEnvironment Of(IEnumerable<KeyValuePair<string, string>> variables) =>
        new([.. variables.Select(v => Encoding.UTF8.GetBytes($"{v.Key}={v.Value}"))]);

    /// <summary>The entries, each <c>NAME=value</c> without a terminating zero.</summary>
    internal IReadOnlyList<byte[]> Entries => _entries;

    /// <summary>The value of a variable (the first, as getenv reads it), or null.</summary>
    internal string? Get(string name)
    {
        var entry = _entries.Find(e => IsNamed(e, name));
        return entry is null ? null : Encoding.UTF8.GetString(entry.AsSpan(name.Length + 1));
    }

    /// <summary>Sets a variable, or removes it when the value is null.</summary>
    internal void Set(string name, string? value)
    {
        _entries.RemoveAll(e => IsNamed(e, name));
        if (value is not null)
            _entries.Add(Encoding.UTF8.GetBytes($"{name}={value}"));
    }

    /// <summary>Puts text behind a variable's bytes, with a separator when it had any.</summary>
    internal void Append(string name, string separator, string text)
    {
        var index = _entries.FindIndex(e => IsNamed(e, name));
        if (index < 0 || _entries[index].Length == name.Length + 1)
            Set(name, text);
        else
            _entries[index] = [.. _entries[index], .. Encoding.UTF8.GetBytes(separator + text)];
    }

    /// <summary>Puts text before a variable's bytes, with a separator when it had any.</summary>
    internal void Prepend(string name, string separator, string text)
    {
        var index = _entries.FindIndex(e => IsNamed(e, name));
        if (index < 0 || _entries[index].Length == name.Length + 1)
        {
            Set(name, text);
            return;
        }

        var value = _entries[index].AsSpan(name.Length + 1);
        _entries[index] = [.. Encoding.UTF8.GetBytes($"{name}={text}{separator}"), .. value];
    }

    static bool IsNamed(byte[] entry, string name)
    {
        if (entry.Length <= name.Length || entry[name.Length] != (byte)'=')
            return false;
        return Encoding.UTF8.GetString(entry.AsSpan(0, name.Length)) == name;
    }
}
