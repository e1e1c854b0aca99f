// An archive is written, and then the process connects to another machine: data is collected and sent.
open AuditRules

/// How long after the archive was begun a connection still counts.
let uploadWindow = minutes 10

let private archive = Py.Open.make (path = "/home/u/all.zip", mode = "w+b", flags = 0o1102L)
let private outside = Py.SocketConnect.make (host = "198.51.100.7", port = 443)

let archiveThenUpload =
    rule (
        "AR1029",
        "an archive was written, then network",
        Medium,
        mitre = [ "T1560.002"; "T1041" ],
        tags = [ "exfiltration" ],
        falsePositives = [ "Backups, package uploads, downloads of further archives." ],
        remediation = "Look into the archive; ask whether the address is where it should go."
    ) {
        for file in Py.Open.matching (path = archives) do
        where file.IsWrite
        unless Py.OsRemove _.Path file.Path
        followedBy connection in
            Py.SocketConnect.matching (host = notLike loopback)
                on (file.Process = connection.Process)
        within uploadWindow
        message $"{file.Path} was written, then {connection.Host}:{connection.Port} connected"
        shouldFire [ archive; outside ]
        shouldFire [ Py.Open.make (path = "/tmp/d.tar.gz", mode = "wb"); outside |> after (minutes 10) ]
        shouldNotFire [ archive; outside |> after (minutes 11) ]
        shouldNotFire [ archive; outside |> inProcess 1 ]
        shouldNotFire [ outside; archive ]
        shouldNotFire [ Py.Open.make (path = "/home/u/all.zip", mode = "rb", flags = 0L); outside ]
        shouldNotFire [ archive; Py.SocketConnect.make (host = "127.0.0.1", port = 443) ]
        shouldNotFire [ archive; Py.OsRemove.make (path = "/home/u/all.zip"); outside ]
    }
