// What could tell later who was here is removed or emptied: a shell's history, the system's logs.
open AuditRules

/// The files whose loss hides someone.
let traces = histories ||| systemLogs

/// O_TRUNC, as Linux numbers it: what the file held is dropped.
let truncating = anyBit 0o1000

let private mitre = [ "T1070.002"; "T1070.003" ]
let private falsePositives = [ "Log rotation in Python; scripts that prepare a machine's image." ]
let private remediation = "Take what is left of the logs from the machine at once; compare with a remote copy."

let removed =
    rule (
        "AR1026",
        "a history or system log was removed",
        High,
        mitre = mitre,
        tags = [ "evasion" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.OsRemove.matching (path = traces) do
        message $"{file.Path} was removed"
        shouldFire [ Py.OsRemove.make (path = "/home/u/.bash_history") ]
        shouldFire [ Py.OsRemove.make (path = "/var/log/auth.log.1") ]
        shouldNotFire [ Py.OsRemove.make (path = "/var/log/app/app.log.3") ]
    }

let emptied =
    rule (
        "AR1027",
        "a history or system log was emptied",
        High,
        mitre = mitre,
        tags = [ "evasion" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = traces, flags = truncating) do
        message $"{file.Path} was opened to be written anew"
        shouldFire [ Py.Open.make (path = "/var/log/wtmp", mode = "wb", flags = 0o1101L) ]
        shouldFire [ Py.Open.make (path = "/root/.bash_history", flags = 0o1001L) ]
        shouldNotFire [ Py.Open.make (path = "/home/u/.bash_history", mode = "a", flags = 0o2101L) ]
        shouldNotFire [ Py.Open.make (path = "/var/log/syslog", mode = "r", flags = 0L) ]
    }
