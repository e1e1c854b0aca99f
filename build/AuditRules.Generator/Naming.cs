using System.Text;

namespace AuditRules.Generator;

/// <summary>How names of events and arguments become names of types, properties and parameters.</summary>
public static class Naming
{
    /// <summary>What every typed event has besides its arguments.</summary>
    public static readonly IReadOnlySet<string> OwnMembers = new HashSet<string>(StringComparer.Ordinal)
    {
        "Argument",
        "Caller",
        "Create",
        "Equals",
        "Event",
        "EventName",
        "GetHashCode",
        "GetType",
        "MemberwiseClone",
        "Name",
        "Ordinal",
        "Pid",
        "Process",
        "ReferenceEquals",
        "Thread",
        "Time",
        "ToString",
    };

    /// <summary>The keywords of F#, those kept for the future and those taken over from OCaml included.</summary>
    public static readonly IReadOnlySet<string> FSharpKeywords = new HashSet<string>(
        (
            "abstract and as asr assert base begin break checked class component const constraint continue default "
            + "delegate do done downcast downto elif else end event exception extern external false finally fixed for "
            + "fun function global if in include inherit inline interface internal land lazy let lor lsl lsr lxor "
            + "match member mixin mod module mutable namespace new not null of open or override parallel private "
            + "process protected public pure rec return sealed select sig static struct tailcall then to trait true "
            + "try type upcast use val virtual void when while with yield"
        ).Split(' '),
        StringComparer.Ordinal
    );

    /// <summary>
    /// The type of an event: the words of its name, each with a capital, inner capitals kept, without anything else.
    /// <c>socket.connect</c> is SocketConnect, <c>glob.glob/2</c> GlobGlob2, <c>cpython.run_file</c> CPythonRunFile.
    /// </summary>
    public static string TypeName(string eventName) =>
        eventName.StartsWith("cpython.", StringComparison.Ordinal)
            ? "CPython" + Pascal(eventName["cpython.".Length..])
            : Pascal(eventName);

    /// <summary><c>dir_fd</c> is DirFd, <c>sys.path</c> SysPath, <c>module-name</c> ModuleName.</summary>
    public static string Pascal(string name)
    {
        var result = new StringBuilder();
        var start = true;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                start = true;
                continue;
            }

            result.Append(start ? char.ToUpperInvariant(c) : c);
            start = false;
        }

        return result.ToString();
    }

    /// <summary><c>dir_fd</c> is dirFd.</summary>
    public static string Camel(string name)
    {
        var pascal = Pascal(name);
        return pascal.Length == 0 ? "" : char.ToLowerInvariant(pascal[0]) + pascal[1..];
    }
}
