// A private key or a token is read, and soon afterwards the same process connects to another machine: the usual shape
// of stolen credentials on their way out.
open AuditRules

/// How long after the read a connection still counts.
let sendWindow = seconds 30

let private key = Py.Open.make (path = "/home/u/.ssh/id_rsa", mode = "r")
let private outside = Py.SocketConnect.make (host = "198.51.100.7", port = 443)

let secretThenNetwork =
    rule (
        "AR1001",
        "secret read, then network",
        High,
        mitre = [ "T1552.001"; "T1552.004"; "T1041" ],
        tags = [ "credentials"; "exfiltration" ],
        falsePositives =
            [
                "Tools that log in with the file: ssh and cloud clients, deployment scripts, package uploaders."
                "Programs that connect to a database or proxy on another machine soon after they start."
            ],
        remediation = "Find out what was sent, and to whom; replace the secret."
    ) {
        for secret in Py.Open.matching (path = secretFiles) do
        where secret.IsRead
        unless Py.OsRemove _.Path secret.Path
        followedBy connection in
            Py.SocketConnect.matching (host = notLike loopback)
                on (secret.Process = connection.Process)
        within sendWindow
        message $"{secret.Path} was read, then {connection.Host}:{connection.Port} connected"
        shouldFire [ key; outside ]
        shouldFire [ key; outside |> after (seconds 30) ]
        shouldFire [ Py.Open.make (path = "/root/.aws/credentials", flags = 0L); outside ]
        shouldNotFire [ key; outside |> after (milliseconds 30_001) ]
        shouldNotFire [ key; outside |> inProcess 1 ]
        shouldNotFire [ outside; key ]
        shouldNotFire [ key; Py.SocketConnect.make (host = "127.0.0.1", port = 443) ]
        shouldNotFire [ key; Py.SocketConnect.make (path = "/run/ssh-agent.sock") ]
        shouldNotFire [ Py.Open.make (path = "/home/u/.ssh/id_rsa.pub", mode = "r"); outside ]
        shouldNotFire [ Py.Open.make (path = "/home/u/.ssh/id_rsa", mode = "w", flags = 0o1101L); outside ]
        shouldNotFire [ key; Py.OsRemove.make (path = "/home/u/.ssh/id_rsa"); outside ]
    }
