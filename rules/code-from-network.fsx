// Text that never was a file is compiled after the process has been on the network: the usual last step of a loader that
// fetches its payload, decodes it and calls exec. Code that imports is meant, for a payload has to; what the standard
// library generates (namedtuple, dataclasses) does not.
open AuditRules

/// The file names that exec and eval give to text.
let noFile = oneOf [ "<string>"; "<stdin>"; ""; "?" ]

/// Text that a payload has and generated code has not.
let importsModules = regex @"(^|[\n;:({\s])(import|from)\s+\w|__import__|importlib|exec\s*\("

/// How long after a connection compiled text still counts.
let fetchWindow = minutes 5

let private connected = Py.SocketConnect.make (host = "198.51.100.7", port = 443)
let private payload = Py.Compile.make (source = "import os, socket\nos.getcwd()", filename = "<string>")

let codeFromNetwork =
    rule (
        "AR1011",
        "text was compiled and run after a network connection",
        High,
        mitre = [ "T1620"; "T1140"; "T1059.006" ],
        tags = [ "execution" ],
        falsePositives =
            [
                "Notebooks, consoles and template engines, which compile text as their task."
                "python -c of a child is not meant: it has another process."
            ],
        remediation = "Read the compiled text in the evidence; ship code as files with a digest that is checked."
    ) {
        for connection in Py.SocketConnect.matching (host = present) do
        followedBy compiled in
            Py.Compile.matching (source = importsModules, filename = noFile)
                on (connection.Process = compiled.Process)
        within fetchWindow
        message $"{connection.Host}:{connection.Port} connected, then {compiled.Source.Length} characters were compiled"
        shouldFire [ connected; payload ]
        shouldFire [
            connected
            Py.Compile.make (source = "__import__('os').getcwd()", filename = "<string>")
        ]
        shouldNotFire [ connected; payload |> after (minutes 6) ]
        shouldNotFire [ connected; payload |> inProcess 1 ]
        shouldNotFire [ payload; connected ]
        shouldNotFire [ connected; Py.Compile.make (source = "import os", filename = "/app/settings.py") ]
        shouldNotFire [
            connected
            Py.Compile.make (source = "lambda _cls, x, y: _tuple_new(_cls, (x, y))", filename = "<string>")
        ]
        shouldNotFire [ connected; Py.Compile.make (source = "1 + 2", filename = "<string>") ]
    }
