// Many long, different names are looked up: data leaves as questions to a name server, which few firewalls stop.
open AuditRules

/// A first label of at least 30 characters: encoded data needs the room, and names for people do not.
let encodedName = regex @"^[A-Za-z0-9_-]{30,63}\."

let private name i = Py.SocketGetaddrinfo.make (host = $"aaaaaaaaaabbbbbbbbbbcccccccc{i}.example.org")

/// So many different names ...
let many = 10

/// ... within that time.
let tunnelWindow = minutes 1

let dnsTunnel =
    rule (
        "AR1036",
        "many long names were looked up",
        High,
        mitre = [ "T1071.004"; "T1048" ],
        tags = [ "exfiltration"; "command and control" ],
        falsePositives = [ "Content networks and trackers with random names; tests of resolvers." ],
        remediation = "Decode the labels; block the domain at the resolver."
    ) {
        for question in Py.SocketGetaddrinfo.matching (host = encodedName) do
        atLeastDistinct many tunnelWindow question.Process question.Host
        message $"at least {many} long names were looked up, the last {question.Host}"
        shouldFire [ for i in 10..19 -> name i ]
        shouldNotFire [ for i in 10..18 -> name i ]
        shouldNotFire [ for i in 10..40 -> Py.SocketGetaddrinfo.make (host = $"cdn{i}.example.org") ]
        shouldNotFire [ for _ in 10..40 -> name 10 ]
    }
