// A program is written to a temporary folder and run from there by the process that wrote it.
open System.Collections.Generic
open AuditRules

/// How long after the writing a start still counts.
let runWindow = minutes 5

/// A virtual environment's own Python, which test suites copy below /tmp. A dropper may choose that name: leave this out
/// where nobody makes environments there.
let environmentPython = glob "*/bin/python*"

/// What an interpreter is told to run: the first argument that is no option; empty when there is none.
let private script (arguments: IReadOnlyList<string>) =
    arguments
    |> Seq.skip (min 1 arguments.Count)
    |> Seq.tryFind (fun argument -> not (argument.StartsWith '-'))
    |> Option.defaultValue ""

let private falsePositives =
    [
        "Test suites and build tools that write helper scripts."
        "Installers that unpack to a temporary folder."
    ]

let private remediation = "Keep the file; run only what came with an installed package."

let private written = Py.Open.make (path = "/tmp/u/x", mode = "wb", flags = 0o1101L)

let program =
    rule (
        "AR1021",
        "a program was written to a temporary folder and run",
        High,
        mitre = [ "T1059"; "T1105"; "T1222.002" ],
        tags = [ "execution" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = temporaryFolders) do
        where file.IsWrite
        unless Py.OsRemove _.Path file.Path
        followedBy started in
            Py.SubprocessPopen.matching (executable = (temporaryFolders &&& notLike environmentPython))
                on (struct (file.Process, file.Path) = struct (started.Process, started.Executable))
        within runWindow
        message $"{file.Path} was written, then run: {started.CommandLine}"
        shouldFire [ written; Py.SubprocessPopen.make (executable = "/tmp/u/x", args = [ "/tmp/u/x"; "-d" ]) ]
        shouldFire [
            written
            Py.OsChmod.make (path = "/tmp/u/x", mode = 0o755L)
            Py.SubprocessPopen.make (executable = "/tmp/u/x")
        ]
        shouldNotFire [ written; Py.SubprocessPopen.make (executable = "/tmp/u/y") ]
        shouldNotFire [
            Py.Open.make (path = "/tmp/env/bin/python", mode = "wb")
            Py.SubprocessPopen.make (executable = "/tmp/env/bin/python")
        ]
        shouldNotFire [ written; Py.SubprocessPopen.make (executable = "/tmp/u/x") |> inProcess 1 ]
        shouldNotFire [ written; Py.SubprocessPopen.make (executable = "/tmp/u/x") |> after (minutes 6) ]
        shouldNotFire [
            written
            Py.OsRemove.make (path = "/tmp/u/x")
            Py.SubprocessPopen.make (executable = "/tmp/u/x")
        ]
        shouldNotFire [
            Py.Open.make (path = "/tmp/u/x", mode = "rb", flags = 0L)
            Py.SubprocessPopen.make (executable = "/tmp/u/x")
        ]
        shouldNotFire [
            Py.Open.make (path = "/opt/x", mode = "wb")
            Py.SubprocessPopen.make (executable = "/opt/x")
        ]
    }

let interpreted =
    rule (
        "AR1022",
        "a script was written to a temporary folder and run by an interpreter",
        Medium,
        mitre = [ "T1059"; "T1105" ],
        tags = [ "execution" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = temporaryFolders) do
        where file.IsWrite
        unless Py.OsRemove _.Path file.Path
        followedBy started in
            Py.SubprocessPopen.matching (executable = interpreters)
                on (struct (file.Process, file.Path) = struct (started.Process, script started.Args))
        within runWindow
        message $"{file.Path} was written, then run: {started.CommandLine}"
        shouldFire [
            written
            Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh"; "/tmp/u/x" ])
        ]
        shouldFire [
            written
            Py.SubprocessPopen.make (executable = "/usr/bin/python3.11", args = [ "python3.11"; "-I"; "/tmp/u/x"; "-v" ])
        ]
        shouldNotFire [
            written
            Py.SubprocessPopen.make (executable = "/bin/cat", args = [ "cat"; "/tmp/u/x" ])
        ]
        shouldNotFire [
            written
            Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh"; "/tmp/u/y" ])
        ]
        shouldNotFire [ written; Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh" ]) ]
    }
