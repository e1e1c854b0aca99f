// A file is made to run with its owner's rights, whoever starts it.
open AuditRules

/// S_ISUID. The group's bit is left out: on folders it only says which group new files have.
let setUserId = anyBit 0o4000

let setuid =
    rule (
        "AR1028",
        "a file was made setuid",
        High,
        mitre = [ "T1548.001" ],
        tags = [ "privilege escalation" ],
        falsePositives = [ "Package managers and archivers that restore permissions." ],
        remediation = "Remove the bit (chmod u-s) and find out who needs the program's rights."
    ) {
        for change in Py.OsChmod.matching (mode = setUserId) do
        message $"{change.Path} was given a mode with the setuid bit"
        shouldFire [ Py.OsChmod.make (path = "/usr/local/bin/x", mode = 0o4755L) ]
        shouldNotFire [ Py.OsChmod.make (path = "/usr/local/bin/x", mode = 0o755L) ]
        shouldNotFire [ Py.OsChmod.make (path = "/srv/shared", mode = 0o2775L) ]
    }
