// A connection goes out, and a shell that waits for commands is started by the same process: whoever answers the call
// has a shell. Loopback counts, for tunnels listen there.
open AuditRules

/// How long after the connection the shell still counts.
let shellWindow = seconds 30

let private falsePositives = [ "Terminals in the browser, remote administration written in Python." ]
let private remediation = "Cut the connection, keep the process; look for how its code got there."
let private mitre = [ "T1059.004"; "T1059.006"; "T1095" ]
let private connected = Py.SocketConnect.make (host = "198.51.100.7", port = 4444)

let bySubprocess =
    rule (
        "AR1034",
        "an interactive shell was started after a connection",
        Critical,
        mitre = mitre,
        tags = [ "execution"; "command and control" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for connection in Py.SocketConnect.matching (host = present) do
        followedBy shell in
            Py.SubprocessPopen.matching (commandLine = interactiveShell)
                on (connection.Process = shell.Process)
        within shellWindow
        message $"after a connection to {connection.Host}:{connection.Port}, {shell.CommandLine} was started"
        shouldFire [ connected; Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh"; "-i" ]) ]
        shouldFire [
            connected
            Py.SubprocessPopen.make (executable = "bash", args = [ "bash" ]) |> after (seconds 30)
        ]
        shouldNotFire [
            connected
            Py.SubprocessPopen.make (executable = "/bin/sh", args = [ "/bin/sh"; "-c"; "ls" ])
        ]
        shouldNotFire [ connected; Py.SubprocessPopen.make (executable = "sh", args = [ "sh"; "build.sh" ]) ]
        shouldNotFire [
            connected
            Py.SubprocessPopen.make (executable = "bash", args = [ "bash" ]) |> after (seconds 31)
        ]
        shouldNotFire [
            connected
            Py.SubprocessPopen.make (executable = "bash", args = [ "bash" ]) |> inProcess 1
        ]
    }

let byTerminal =
    rule (
        "AR1035",
        "a program was given a terminal after a connection",
        Critical,
        mitre = mitre,
        tags = [ "execution"; "command and control" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for connection in Py.SocketConnect.matching (host = present) do
        followedBy shell in Py.PtySpawn on (connection.Process = shell.Process)
        within shellWindow
        message $"after a connection to {connection.Host}:{connection.Port}, {shell.CommandLine} was started on a terminal"
        shouldFire [ connected; Py.PtySpawn.make (commandLine = "/bin/bash") ]
        shouldNotFire [ Py.PtySpawn.make (commandLine = "/bin/bash"); connected ]
        shouldNotFire [ connected; Py.PtySpawn.make (commandLine = "/bin/bash") |> after (minutes 1) ]
    }
