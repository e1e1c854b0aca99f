// One process tries many ports of a host, or one port of many hosts.
open AuditRules

/// So many different ports or hosts ...
let many = 20

/// ... within that time.
let scanWindow = seconds 10

/// Ports that servers have. Those above are drawn by the system, as test suites use them by the dozen.
let serverPorts = between (1, 32_767)

let private connect host port = Py.SocketConnect.make (host = host, port = port)

let portScan =
    rule (
        "AR1019",
        "many ports of one host were tried",
        High,
        mitre = [ "T1046" ],
        tags = [ "discovery" ],
        falsePositives = [ "Network monitoring; programs that look for a free port by trying." ],
        remediation = "Ask whether the program is a scanner; if not, look for what controls it."
    ) {
        for connection in Py.SocketConnect.matching (host = present, port = serverPorts) do
        atLeastDistinct many scanWindow (struct (connection.Process, connection.Host)) connection.Port
        message $"at least {many} ports of {connection.Host} were tried, the last {connection.Port}"
        shouldFire [ for port in 1..20 -> connect "198.51.100.7" port ]
        shouldNotFire [ for port in 1..19 -> connect "198.51.100.7" port ]
        shouldNotFire [ for _ in 1..40 -> connect "198.51.100.7" 443 ]
        shouldNotFire [ for port in 1..40 -> connect $"198.51.100.{port}" port ]
        shouldNotFire [ for port in 1..40 -> connect "198.51.100.7" port |> after (seconds 1) ]
        shouldNotFire [ for port in 40_001..40_040 -> connect "127.0.0.1" port ]
    }

let hostSweep =
    rule (
        "AR1020",
        "one port of many hosts was tried",
        High,
        mitre = [ "T1018"; "T1046" ],
        tags = [ "discovery" ],
        falsePositives = [ "Crawlers and monitoring, which talk to many hosts on purpose." ],
        remediation = "Ask whether the program is a scanner; if not, look for what controls it."
    ) {
        for connection in Py.SocketConnect.matching (host = (loopback ||| privateAddress), port = serverPorts) do
        atLeastDistinct many scanWindow (struct (connection.Process, connection.Port)) connection.Host
        message $"port {connection.Port} of at least {many} hosts was tried, the last {connection.Host}"
        shouldFire [ for host in 1..20 -> connect $"10.0.0.{host}" 22 ]
        shouldNotFire [ for host in 1..19 -> connect $"10.0.0.{host}" 22 ]
        shouldNotFire [ for host in 1..40 -> connect $"198.51.100.{host}" 443 ]
        shouldNotFire [ for host in 1..40 -> connect $"10.0.0.{host}" 22 |> inProcess host ]
    }
