// A process that has bound a socket to serve others starts a shell: a request has become a command. Listening itself
// raises no event, so that the bind stands for it. The first shell of a server is reported.
open AuditRules

let private bound = Py.SocketBind.make (host = "0.0.0.0", port = 8080)
let private shell = Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh"; "-c"; "id" ])

let private falsePositives =
    [
        "Servers that run commands by design: CI workers, admin panels, Jupyter."
        "Programs that bind a socket only to find a free port."
    ]

let private remediation =
    "Look for the request that led to the command; run programs without a shell, from a fixed list."

let bySubprocess =
    rule (
        "AR1005",
        "a network server started a shell",
        High,
        mitre = [ "T1190"; "T1059.004" ],
        tags = [ "execution"; "server" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for server in Py.SocketBind.matching (host = present) do
        followedBy started in
            Py.SubprocessPopen.matching (executable = shells)
                on (server.Process = started.Process)
        message $"the server at {server.Host}:{server.Port} ran {started.CommandLine}"
        shouldFire [ bound; shell ]
        shouldFire [ bound; shell |> after (hours 24) ]
        shouldNotFire [ bound; shell |> inProcess 1 ]
        shouldNotFire [ shell; bound ]
        shouldNotFire [ Py.SocketBind.make (path = "/run/app.sock"); shell ]
        shouldNotFire [ bound; Py.SubprocessPopen.make (executable = "git", args = [ "git"; "gc" ]) ]
    }

let bySystem =
    rule (
        "AR1006",
        "a network server ran os.system",
        High,
        mitre = [ "T1190"; "T1059.004" ],
        tags = [ "execution"; "server" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for server in Py.SocketBind.matching (host = present) do
        followedBy started in Py.OsSystem on (server.Process = started.Process)
        message $"the server at {server.Host}:{server.Port} ran {started.Command}"
        shouldFire [ bound; Py.OsSystem.make (command = "id") ]
        shouldNotFire [ bound; Py.OsSystem.make (command = "id") |> inProcess 1 ]
        shouldNotFire [ Py.OsSystem.make (command = "id"); bound ]
    }
