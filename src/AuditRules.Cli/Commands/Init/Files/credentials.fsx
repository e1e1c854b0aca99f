// A first rule: a program reads a credential, and soon afterwards the same process connects somewhere. Change it, or add
// files beside it: every public value of type Rule in a .fsx file of this folder is a rule.
//
//     auditrules test                                      runs the examples below, and replays ../recordings
//     auditrules record --rules rules -- python3 app.py    records a program of yours and replays it
//
// The #load is for editors and `dotnet fsi`, which find the rule language there.
#load "auditrules.fsx"

open AuditRules

/// How long after the read a connection still counts.
let sendWindow = seconds 30

let private key = Py.Open.make (path = "/home/u/.ssh/id_ed25519", mode = "r")
let private server = Py.SocketConnect.make (host = "203.0.113.7", port = 443)

let credentialSent =
    rule (
        "MY0001",
        "credential read, then network",
        High,
        mitre = [ "T1552.001"; "T1041" ],
        falsePositives = [ "Programs that log in with the file." ],
        remediation = "Find out what was sent, and to whom; replace the credential."
    ) {
        for secret in Py.Open.matching (path = secretFiles) do
            where secret.IsRead
            // To let connections to this machine pass: Py.SocketConnect.matching (host = notLike loopback)
            followedBy connection in Py.SocketConnect on (secret.Process = connection.Process)
            within sendWindow
            message $"{secret.Path} was read, then {connection.Host}:{connection.Port} connected"
            shouldFire [ key; server ]
            shouldNotFire [ server; key ]
            shouldNotFire [ key; server |> after (seconds 31) ]
            shouldNotFire [ key; server |> inProcess 1 ]
    }
