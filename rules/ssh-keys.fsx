// The list of keys that may log in over SSH is changed.
open AuditRules

let private mitre = [ "T1098.004" ]
let private remediation = "Compare the file with the keys you have given out; remove the others."

let private falsePositives =
    [ "Configuration management, cloud-init, and tools like ssh-copy-id in Python." ]

let written =
    rule (
        "AR1024",
        "SSH's authorized keys were opened for writing",
        High,
        mitre = mitre,
        tags = [ "persistence"; "credentials" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = authorizedKeys) do
        where file.IsWrite
        message $"{file.Path} was opened for writing"
        shouldFire [ Py.Open.make (path = "/root/.ssh/authorized_keys", mode = "a", flags = 0o2101L) ]
        shouldNotFire [ Py.Open.make (path = "/root/.ssh/authorized_keys", mode = "r", flags = 0L) ]
        shouldNotFire [ Py.Open.make (path = "/root/.ssh/known_hosts", mode = "a") ]
    }

let moved =
    rule (
        "AR1025",
        "SSH's authorized keys were replaced",
        High,
        mitre = mitre,
        tags = [ "persistence"; "credentials" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.OsRename.matching (dst = authorizedKeys) do
        message $"{file.Src} was moved to {file.Dst}"
        shouldFire [ Py.OsRename.make (src = "/root/.ssh/k", dst = "/root/.ssh/authorized_keys") ]
        shouldNotFire [ Py.OsRename.make (src = "/root/.ssh/authorized_keys", dst = "/root/.ssh/old") ]
    }
