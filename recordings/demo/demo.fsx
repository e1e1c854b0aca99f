// The rule of `auditrules demo`. The rules folder holds one for real use, which lets connections to this machine pass;
// the demo connects nowhere else, so its rule does not.
open AuditRules

let secretThenNetwork =
    rule (
        "DEMO1",
        "secret read, then network",
        High,
        mitre = [ "T1552.001"; "T1041" ],
        tags = [ "demo" ],
        remediation = "Find out what the program sent, and change the secret."
    ) {
        for o in Py.Open.matching (path = anyLike [ glob "*/.aws/credentials"; glob "*/.ssh/id_*" ]) do
            where (not o.IsWrite)
            followedBy c in Py.SocketConnect on (o.Process = c.Process)
            within (seconds 5)
            message $"{o.Path} was read, then {c.Host}:{c.Port} connected"

            shouldFire
                [
                    Py.Open.make (path = "/home/u/.aws/credentials", mode = "r")
                    Py.SocketConnect.make (host = "127.0.0.1", port = 4000)
                ]

            shouldNotFire
                [
                    Py.Open.make (path = "/home/u/.aws/credentials", mode = "w", flags = 577)
                    Py.SocketConnect.make (host = "127.0.0.1", port = 4000)
                ]
    }
