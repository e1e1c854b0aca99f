// The address is contacted that gives a machine's cloud credentials to whoever asks: one request forged on a server's
// behalf is enough.
open AuditRules

let cloudMetadata =
    rule (
        "AR1023",
        "the cloud's metadata service was contacted",
        Medium,
        mitre = [ "T1552.005" ],
        tags = [ "credentials"; "cloud" ],
        falsePositives = [ "Cloud SDKs and agents, which take their credentials from there." ],
        remediation = "Demand session tokens (IMDSv2), limit hops, and give programs that need no cloud role none."
    ) {
        for connection in Py.SocketConnect.matching (host = metadataAddress) do
        message $"{connection.Host}:{connection.Port} was contacted by {connection.Caller.Function}"
        shouldFire [ Py.SocketConnect.make (host = "169.254.169.254", port = 80) ]
        shouldFire [ Py.SocketConnect.make (host = "fd00:ec2::254", port = 80) ]
        shouldNotFire [ Py.SocketConnect.make (host = "169.254.169.253", port = 53) ]
        shouldNotFire [ Py.SocketConnect.make (path = "/run/169.254.169.254") ]
    }
