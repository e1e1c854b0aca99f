// A process that has connected somewhere runs a program out of a temporary folder: what droppers do. Connections to
// loopback count, for proxies and tunnels listen there.
open AuditRules

/// How long after the connection the start of a program still counts.
let runWindow = minutes 2

/// A virtual environment's own Python, which test suites copy below /tmp. A dropper may choose that name: leave this out
/// where nobody makes environments there.
let environmentPython = glob "*/bin/python*"

let private connected = Py.SocketConnect.make (host = "198.51.100.7", port = 80)
let private run = Py.SubprocessPopen.make (executable = "/tmp/u/agent", args = [ "/tmp/u/agent"; "-d" ])

let downloadThenRun =
    rule (
        "AR1002",
        "download, then a program of a temporary folder is run",
        High,
        mitre = [ "T1105"; "T1204.002" ],
        tags = [ "execution" ],
        falsePositives =
            [
                "Installers that unpack to a temporary folder."
                "Test suites with a server of their own that run helpers below /tmp."
            ],
        remediation = "Keep the file and the address; check the program's digest against what the vendor publishes."
    ) {
        for connection in Py.SocketConnect.matching (host = present) do
        followedBy started in
            Py.SubprocessPopen.matching (executable = (temporaryFolders &&& notLike environmentPython))
                on (connection.Process = started.Process)
        within runWindow
        message $"after a connection to {connection.Host}:{connection.Port}, {started.CommandLine} was run"
        shouldFire [ connected; run ]
        shouldFire [ connected; run |> after (minutes 2) ]
        shouldNotFire [ connected; run |> after (seconds 121) ]
        shouldNotFire [ connected; run |> inProcess 1 ]
        shouldNotFire [ run; connected ]
        shouldNotFire [ connected; Py.SubprocessPopen.make (executable = "/tmp/env/bin/python3.12") ]
        shouldNotFire [
            connected
            Py.SubprocessPopen.make (executable = "/usr/bin/git", args = [ "git"; "status" ])
        ]
        shouldNotFire [
            connected
            Py.SubprocessPopen.make (executable = "ls", args = [ "ls"; "/tmp/u/agent" ])
        ]
    }
