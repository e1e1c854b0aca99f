namespace AuditRules.Recording.Attempts;

/// <summary>
/// Finds the Python in a command line: the program itself, or what a shell or a program like <c>env</c> is told to
/// start. Every other program is taken for none: <c>grep python notes</c> starts no Python.
/// </summary>
internal static class PythonCommand
{
    const int MostDepth = 8;

    // Programs that start the program in their arguments: options that take a value, words before the program.
    static readonly Dictionary<string, (string Valued, int Words)> Launchers = new(StringComparer.Ordinal)
    {
        ["chroot"] = ("", 1),
        ["command"] = ("", 0),
        ["doas"] = ("uC", 0),
        ["env"] = ("uC", 0),
        ["exec"] = ("a", 0),
        ["ionice"] = ("cnp", 0),
        ["nice"] = ("n", 0),
        ["nohup"] = ("", 0),
        ["setsid"] = ("", 0),
        ["stdbuf"] = ("ioe", 0),
        ["sudo"] = ("ughpCrtUDRT", 0),
        ["taskset"] = ("", 1),
        ["time"] = ("fo", 0),
        ["timeout"] = ("sk", 1),
        ["xargs"] = ("adEILnPs", 0),
    };

    static readonly HashSet<string> Shells = new(
        ["sh", "bash", "dash", "zsh", "ksh"],
        StringComparer.Ordinal
    );

    /// <summary>The Python and its arguments; null when the command line names none.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="cleans">True when a program before it gives it an environment of its own.</param>
    internal static IReadOnlyList<string>? In(IReadOnlyList<string> command, out bool cleans)
    {
        cleans = false;
        return In(command, MostDepth, ref cleans);
    }

    /// <summary>True for one that is only asked for its version or its options: it raises no events.</summary>
    internal static bool OnlyTells(IReadOnlyList<string> python)
    {
        foreach (var word in python.Skip(1))
        {
            if (
                word
                is "-V"
                    or "-VV"
                    or "--version"
                    or "-h"
                    or "-?"
                    or "--help"
                    or "--help-all"
                    or "--help-env"
            )
                return true;
            if (word is "-c" or "-m" or "-" || !word.StartsWith('-'))
                return false;
        }

        return false;
    }

    static IReadOnlyList<string>? In(IReadOnlyList<string> command, int depth, ref bool cleans)
    {
        if (command.Count == 0 || depth == 0)
            return null;
        if (PythonName.Is(command[0]))
            return command;
        var name = PythonName.FileName(command[0]);
        if (Shells.Contains(name))
            return InShell(command, depth, ref cleans);
        if (!Launchers.TryGetValue(name, out var launcher))
            return null;
        var behind = Behind(command, launcher.Valued, launcher.Words);
        var options = command.Take(command.Count - behind.Count).Skip(1).ToArray();
        if (OnlyAsks(name, options))
            return null;
        cleans |=
            name is "sudo" or "doas"
            || (name == "env" && options.Any(word => word is "-i" or "-" or "--ignore-environment"));
        return In(behind, depth - 1, ref cleans);
    }

    // `command -v` tells what it would start; `xargs -r` may have nothing to start it with.
    static bool OnlyAsks(string name, string[] options) =>
        name switch
        {
            "command" => options.Any(word => IsOption(word, 'v') || IsOption(word, 'V')),
            "xargs" => options.Any(word => IsOption(word, 'r') || word == "--no-run-if-empty"),
            _ => false,
        };

    static List<string> Behind(IReadOnlyList<string> command, string valued, int words)
    {
        var at = 1;
        for (; at < command.Count; at++)
        {
            var word = command[at];
            if (word.StartsWith('-'))
            {
                if (word.Length == 2 && valued.Contains(word[1], StringComparison.Ordinal))
                    at++;
            }
            else if (!ShellCommands.IsAssignment(word) && words-- <= 0)
            {
                break;
            }
        }

        return [.. command.Skip(at)];
    }

    // What follows -c; a script's name is a file of the shell's language.
    static IReadOnlyList<string>? InShell(IReadOnlyList<string> command, int depth, ref bool cleans)
    {
        var at = 1;
        while (at < command.Count && command[at].StartsWith('-') && !IsCommandOption(command[at]))
            at++;
        if (at + 1 >= command.Count || !IsCommandOption(command[at]))
            return null;
        // Behind -e a command that fails is the last.
        var stops = command.Take(at + 1).Any(word => IsOption(word, 'e'));
        foreach (var simple in ShellCommands.Of(command[at + 1]).Take(stops ? 1 : int.MaxValue))
        {
            var cleansThis = false;
            if (In(simple, depth - 1, ref cleansThis) is not { } python)
                continue;
            cleans |= cleansThis;
            return python;
        }

        return null;
    }

    /// <summary>True for one or more options in one word, as <c>-lc</c>, of which one is this.</summary>
    internal static bool IsOption(string word, char option) =>
        word.StartsWith('-')
        && !word.StartsWith("--", StringComparison.Ordinal)
        && word.Contains(option, StringComparison.Ordinal);

    static bool IsCommandOption(string word) =>
        word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.EndsWith('c');
}
