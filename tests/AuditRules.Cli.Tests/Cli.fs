/// Runs the command line as a user does, each time in a folder of its own.
module AuditRules.Cli.Tests.Cli

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Text
open AuditRules.Cli.Hosting
open AuditRules.Tests

/// How a command ended.
type Ran =
    {
        Code: int
        Out: string
        Error: string
    }

    member ran.Lines = ran.Out.TrimEnd('\n').Split('\n') |> List.ofArray

/// Rules are compiled once for all tests.
let cache =
    lazy (Directory.CreateTempSubdirectory("auditrules-test-cache-").FullName)

do
    AppDomain.CurrentDomain.ProcessExit.Add(fun _ ->
        if cache.IsValueCreated then
            Directory.Delete(cache.Value, true))

/// A folder that is gone when the test has ended.
type Folder() =
    let path = Directory.CreateTempSubdirectory("auditrules-test-").FullName
    member _.Path = path
    member _.File(name: string) = Path.Combine(path, name)

    member folder.Write(name: string, text: string) =
        let file = folder.File name
        Directory.CreateDirectory(string (Path.GetDirectoryName file)) |> ignore
        File.WriteAllText(file, text)

    member folder.Read(name: string) = File.ReadAllText(folder.File name)
    member folder.Has(name: string) = File.Exists(folder.File name)

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

let private path = string (Environment.GetEnvironmentVariable "PATH")

let private hostWith path (folder: Folder) (input: string) (output: Stream) (error: TextWriter) width =
    let variables = dict [ "AUDITRULES_CACHE", cache.Value; "PATH", path ]

    CliHost(
        Input = new MemoryStream(Encoding.UTF8.GetBytes input),
        Output = output,
        Error = error,
        CurrentFolder = folder.Path,
        OutputWidth = width,
        ErrorWidth = width,
        Variable =
            fun name ->
                match variables.TryGetValue name with
                | true, value -> value
                | _ -> null
    )

let private host = hostWith path

let private runOnHost
    (host: Folder -> string -> Stream -> TextWriter -> int -> CliHost)
    input
    width
    (folder: Folder)
    (arguments: string list)
    =
    use output = new MemoryStream()
    use error = new StringWriter(NewLine = "\n")

    let code =
        CommandLine.Run(List<string>(arguments), host folder input output error width)

    {
        Code = code
        Out = Encoding.UTF8.GetString(output.ToArray())
        Error = error.ToString()
    }

let private runWith = runOnHost host

/// Runs a command with another PATH.
let runWithPath path folder arguments =
    runOnHost (hostWith path) "" 0 folder arguments

/// Runs a command in this process.
let run folder arguments = runWith "" 0 folder arguments

/// The same with something on standard input.
let runOn input folder arguments = runWith input 0 folder arguments

/// The same on a terminal of that width.
let runOnTerminal width folder arguments = runWith "" width folder arguments

/// The same with a standard output that fails.
let runInto (output: Stream) (folder: Folder) (arguments: string list) =
    use error = new StringWriter(NewLine = "\n")
    let code = CommandLine.Run(List<string>(arguments), host folder "" output error 0)

    {
        Code = code
        Out = ""
        Error = error.ToString()
    }

/// The same with a standard output whose reader has closed it once that says so.
let runUntil (closed: unit -> bool) (folder: Folder) (arguments: string list) =
    use output = new MemoryStream()
    use error = new StringWriter(NewLine = "\n")

    let host =
        CliHost(
            Input = new MemoryStream(),
            Output = output,
            Error = error,
            CurrentFolder = folder.Path,
            OutputIsClosed = closed
        )

    let code = CommandLine.Run(List<string>(arguments), host)

    {
        Code = code
        Out = Encoding.UTF8.GetString(output.ToArray())
        Error = error.ToString()
    }

/// Runs the command as a process of its own, by a program that is given words and then the command's.
let startProgram program words (changes: (string * string) list) (folder: Folder) (arguments: string list) =
    let info =
        ProcessStartInfo(
            program,
            words @ (Path.Combine(AppContext.BaseDirectory, "auditrules.dll") :: arguments),
            WorkingDirectory = folder.Path
        )

    for name, value in ("AUDITRULES_CACHE", cache.Value) :: changes do
        info.Environment[name] <- value

    let code, out, error = Processes.runAs info

    {
        Code = code
        Out = out
        Error = error
    }

/// Runs the command as a process of its own, with changes to its environment.
let start changes folder arguments =
    startProgram "dotnet" [] changes folder arguments

/// Runs a program on a terminal, with Ctrl-C once it says that it is ready, and tells every byte that was shown.
let private terminal =
    """
import os, pty, sys
child, master = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown, pressed = b"", False
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    if not pressed and b"ready" in shown:
        os.write(master, b"\x03")
        pressed = True
status = os.waitpid(child, 0)[1]
sys.stdout.write(shown.decode().replace("\r\n", "\n"))
sys.stdout.flush()
if os.WIFSIGNALED(status):
    os.kill(os.getpid(), os.WTERMSIG(status))
sys.exit(os.WEXITSTATUS(status))
"""

/// Like startProgram, on a terminal whose output is both the results and the messages.
let startOnTerminal words changes folder arguments =
    startProgram "python3" ([ "-c"; terminal ] @ words) (("TERM", "xterm") :: changes) folder arguments

/// A rule that fires when a file named secret is read and then a socket connects.
let rule =
    """open AuditRules

let secretSent =
    rule ("T1", "secret, then network", High) {
        for o in Py.Open.matching (path = endsWith "secret") do
        followedBy c in Py.SocketConnect on (o.Process = c.Process)
        within (seconds 5)
        message $"{o.Path} was read, then {c.Host} connected"
        shouldFire [ Py.Open.make (path = "/secret"); Py.SocketConnect.make (host = "h", port = 1) ]
        shouldNotFire [ Py.Open.make (path = "/other"); Py.SocketConnect.make (host = "h", port = 1) ]
    }
"""

let private event second name args =
    $"""{{"time":"2026-01-02T03:04:0{second}Z","pid":7,"event":"{name}","args":[{args}]}}"""

/// Lines on which the rule fires.
let fires =
    [
        event 1 "open" "\"/secret\",\"r\",0"
        event 2 "socket.connect" "null,[\"10.1.2.3\",443]"
    ]

/// Lines on which it does not.
let quiet =
    [
        event 1 "open" "\"/other\",\"r\",0"
        event 2 "socket.connect" "null,[\"10.1.2.3\",443]"
    ]

/// Standard input as a pipe gives it.
type private Pipe(bytes: byte[]) =
    inherit MemoryStream(bytes)
    override _.CanSeek = false

/// Runs a command with bytes on standard input, which cannot seek.
let runOnBytes bytes (folder: Folder) (arguments: string list) =
    use output = new MemoryStream()
    use error = new StringWriter(NewLine = "\n")

    let host =
        CliHost(
            Input = new Pipe(bytes),
            Output = output,
            Error = error,
            CurrentFolder = folder.Path,
            Variable = fun _ -> null
        )

    let code = CommandLine.Run(List<string>(arguments), host)

    {
        Code = code
        Out = Encoding.UTF8.GetString(output.ToArray())
        Error = error.ToString()
    }

/// Makes a trace of JSON lines.
let import (folder: Folder) name (lines: string list) =
    folder.Write("lines.jsonl", String.Join("\n", lines))
    let ran = run folder [ "import"; "jsonl"; "lines.jsonl"; "-o"; name ]

    if ran.Code <> 0 then
        failwith ran.Error

/// A folder with the rule and a trace of those lines.
let withTrace lines =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rule)
    import folder "run.atrace" lines
    folder

/// What the words of a message promise: what, where, what to do, in at most three lines, without a stack trace.
let isMessage (error: string) =
    let lines = error.TrimEnd('\n').Split('\n')

    error.StartsWith "auditrules: "
    && lines.Length <= 3
    && not (error.Contains "   at ")
